import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ItemResult } from '@roomful/contract/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { DecidedItem, RoomLog } from '../src/index.ts'
import { retentionFor } from '../src/log/retention.ts'
import { rowLimits } from '../src/log/row-limits.ts'
import { LogFile } from '../src/log/sqlite/log-file.ts'
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts'
import { sqliteLog } from '../src/sqlite.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

interface Answered {
  readonly letter: string
  readonly items: readonly DecidedItem[]
  readonly results: readonly ItemResult[]
}

const all = { after: 0, limit: 1_000_000, bytes: 1_000_000_000 }

test('P1 F4 every message confirmed before a SIGKILL is stored once, with its row; one process at a time can open the file', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  for (let round = 1; round <= 3; round += 1) {
    const writer = startWriter(file)
    await expect.poll(() => writer.answered().length).toBeGreaterThan(round * 100)
    expect(() => sqliteLog({ file })).toThrow(
      expect.objectContaining({
        code: 'LOG_FAILED',
        message: `the log ${file} cannot be used: another process uses it: only one process at a time can`,
      }),
    )
    writer.kill()
    await writer.closed

    const log = sqliteLog({ file })
    const answered = grouped(writer.answered(), ({ letter }) => letter)
    for (const [letter, batches] of answered) await expectStored(log, letter, batches)
    await log.close?.()
  }
})

test('P1 S4 F4 after a kill between any two steps the file has the entries and their row, or neither', async () => {
  const file = openFile(join(temporaryFolder(), 'rooms.db'))
  const log = logOver(file)
  const { epoch } = await log.page('general', all)
  const sender = { user: 'ann', cid: 'a'.repeat(22) }
  const batch = { epoch, sender, items: [decided(1), decided(2)] }
  const left: string[] = []
  const exec = file.database.exec.bind(file.database)
  const watching = vi.spyOn(file.database, 'exec').mockImplementation((sql) => {
    const database = exec(sql)
    left.push(copyOf(file.name)) // as after a kill
    return database
  })
  const committed = await log.commit('general', batch)
  watching.mockRestore()
  left.push(copyOf(file.name))

  const found: string[] = []
  for (const copy of left) {
    const after = logOver(openFile(copy))
    const { head } = await after.page('general', all)
    found.push(`head ${head}, row ${(await after.row('general', sender))?.last}`)
    expect(await after.commit('general', batch)).toMatchObject({ head: 2, results: committed?.results })
  }
  expect(found).toEqual(['head 0, row undefined', 'head 2, row 2', 'head 2, row 2'])
})

/** Expects each entry once, at the place of its answer, and a row that covers them and has the last answers. */
async function expectStored(log: RoomLog, letter: string, batches: readonly Answered[]): Promise<void> {
  const { epoch, entries } = await log.page(letter, all)
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
  const stored = grouped(entries, ({ id }) => Number(id))
  for (const { items, results } of batches)
    for (const [index, { n }] of items.entries()) {
      const result = results[index] as ItemResult
      const places = (stored.get(n) ?? []).map(({ seq, at }) => ({ seq, at }))
      expect(places).toEqual('seq' in result ? [result] : [])
    }

  const { items, results } = batches.at(-1) as Answered
  const sender = { user: null, cid: letter.repeat(22) }
  const row = await log.row(letter, sender)
  const last = items.at(-1)?.n ?? 0
  expect(row?.last).toBeGreaterThanOrEqual(last)
  // One more may have been written without an answer.
  if (row?.last === last)
    expect(await log.commit(letter, { epoch, sender, items })).toMatchObject({ results, entries: [] })
}

function grouped<K, T>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}

function decided(n: number): DecidedItem {
  return { n, hash: String(n), entry: { event: 'message', data: n, id: String(n), from: null, at: n } }
}

function openFile(name: string): LogFile {
  return new LogFile(name, 'normal', 'this boot')
}

function logOver(file: LogFile): SqliteLog {
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', {}, 1_000), 1_000)
  onTestFinished(() => log.close())
  return log
}

/** A copy of an open file, with its WAL. */
function copyOf(file: string): string {
  const folder = temporaryFolder()
  cpSync(dirname(file), folder, { recursive: true })
  return join(folder, basename(file))
}

function startWriter(file: string) {
  const script = fileURLToPath(new URL('support/sqlite-writer.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', script, file], {
    cwd: fileURLToPath(new URL('../../../apps/server', import.meta.url)), // where tsx is
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text))
  return {
    /** Complete lines. */
    answered: () =>
      output
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Answered),
    kill: () => child.kill('SIGKILL'),
    closed: once(child, 'close'),
  }
}
