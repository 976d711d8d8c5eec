import { visit } from './chromium.ts'
import { rounded, type Table } from './rounds.ts'

const MOUNTS = 100_000
/** What React, and what is compiled only when it is used, take for themselves is taken before. */
const WARMING_UP = 10_000

/** What is left of components that came and went, in kB: their page's heap after garbage was collected. */
export async function mounts(): Promise<Table> {
  const table: Table = {}
  const { result: hooks } = await visit('hooksToMount', [])
  for (const hook of hooks) {
    const { grown, busyMs } = await visit('mounts', [hook, MOUNTS], [hook, WARMING_UP])
    table[hook] = { 'grown, kB': rounded(grown / 1000), 'a mount, µs': rounded((busyMs / MOUNTS) * 1000) }
  }
  return table
}
