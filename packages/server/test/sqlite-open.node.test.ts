import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { sqliteLog } from '../src/sqlite.ts'
import { guestChat } from './support/chat.ts'
import { startRooms, texts } from './support/start-rooms.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { damage } from './support/damage.ts'

const all = { after: 0, limit: 9, bytes: 9_999 }

test.each<[what: string, make: (folder: string) => string, reason: string]>([
  [
    'no database',
    (folder) => written(folder, 'not a database, and long enough to be seen as none '.repeat(99)),
    'it is not a SQLite database',
  ],
  ['a folder', (folder) => folder, 'it cannot be opened: is it a folder, or not allowed?'],
  ['a file in a file', (folder) => join(written(folder, 'x'), 'rooms.db'), 'EEXIST: file already exists, mkdir'],
  [
    "another program's database",
    (folder) => database(folder, 'CREATE TABLE notes (text TEXT)'),
    "it is another program's database: choose another file",
  ],
  [
    'a log of a later version',
    (folder) => database(folder, `PRAGMA application_id = ${0x52_6f_6f_6d}; PRAGMA user_version = 2`),
    'it has version 2 of the schema, expected 1: choose another file',
  ],
])('S7 a file that is %s is told in a sentence, and let go of', (_what, make, reason) => {
  const file = make(temporaryFolder())
  for (let attempt = 1; attempt <= 2; attempt += 1)
    expect(() => sqliteLog({ file })).toThrow(
      expect.objectContaining({
        name: 'RoomfulError',
        code: 'LOG_FAILED',
        message: expect.stringContaining(`the log ${file} cannot be used: ${reason}`),
      }),
    )
})

test('S7 a file that another has is not opened twice, and is free when that one is closed', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  const first = sqliteLog({ file })
  expect(() => sqliteLog({ file })).toThrow('it is in use by another process: one at a time may have it')
  await first.append('general', [])
  await first.close?.()
  await sqliteLog({ file }).close?.()
})

test('S7 a file that is damaged while it runs: UNAVAILABLE and reported, nothing confirmed, nobody hurt', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  const before = sqliteLog({ file })
  for (let n = 1; n <= 50; n += 1)
    await before.append('general', [{ event: 'message', data: 'x'.repeat(3_000), id: String(n), from: null, at: 1 }])
  await before.close?.()
  damage(file)

  const { rooms, connect, errors } = await startRooms({ contract: guestChat, log: sqliteLog({ file }) })
  const ann = await connect()
  const { epoch } = await ann.join('elsewhere')
  expect(await ann.join('general', { epoch, seq: 0 })).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
  expect(errors[0]?.error).toMatchObject({
    code: 'LOG_FAILED',
    message: `the log ${file} cannot be used: it is damaged: put a backup in its place, and call rooms.newEpoch()`,
  })
  expect(await ann.publish('elsewhere', texts(['hi']))).toMatchObject({ ok: false, code: 'UNAVAILABLE', results: [] })
  await rooms.close()
})

test.each([
  [{ file: '' }, 'sqliteLog: file must be the path of a file, got ""'],
  [{ file: 'x', sync: 'always' as 'full' }, 'sqliteLog: sync must be "normal" or "full", got "always"'],
  [{ file: 'x', dedupMs: 5 }, 'sqliteLog: dedupMs must be at least 86400000, a day; got 5'],
  [{ file: 'x', retention: { maxEntries: 0 } }, 'sqliteLog: retention: maxEntries must be a whole number'],
])('options that cannot be: %o', (options, sentence) => {
  expect(() => sqliteLog(options)).toThrow(sentence)
})

test('a file that is empty, or in a folder that is not there, is made', async () => {
  for (const file of [written(temporaryFolder(), ''), join(temporaryFolder(), 'deep', 'er', 'rooms.db')]) {
    const log = sqliteLog({ file })
    expect(await log.page('general', all)).toMatchObject({ head: 0 })
    await log.close?.()
  }
})

function written(folder: string, content: string): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'rooms.db')
  writeFileSync(file, content)
  return file
}

function database(folder: string, sql: string): string {
  const file = join(folder, 'rooms.db')
  const made = new Database(file)
  made.exec(sql)
  made.close()
  return file
}
