import { runInPage } from './chromium.ts'
import { rounded, type Table } from './rounds.ts'

const MOUNTS = 100_000
/** Before the measurement, so that memory of React and of compiled code is not counted. */
const WARM_UP_MOUNTS = 10_000

/** The memory that unmounted components leave behind, in kB: the growth of the page's heap after garbage collection. */
export async function mounts(): Promise<Table> {
  const table: Table = {}
  const { result: hooks } = await runInPage('hooksToMount', [])
  for (const hook of hooks) {
    const { heapGrowth, busyMs } = await runInPage('mounts', [hook, MOUNTS], [hook, WARM_UP_MOUNTS])
    table[hook] = { 'grown, kB': rounded(heapGrowth / 1000), 'a mount, µs': rounded((busyMs / MOUNTS) * 1000) }
  }
  return table
}
