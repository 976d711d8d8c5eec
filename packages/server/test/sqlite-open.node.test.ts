import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { retentionFor } from '../src/log/retention.ts'
import { rowLimits } from '../src/log/row-limits.ts'
import { LogFile } from '../src/log/sqlite/log-file.ts'
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts'
import { sqliteLog } from '../src/sqlite.ts'
import { guestChat } from './support/chat.ts'
import { damage } from './support/damage.ts'
import { startRooms, texts, words } from './support/start-rooms.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { append } from './support/append.ts'

const all = { after: 0, limit: 9, bytes: 9_999 }

test.each<[what: string, make: (folder: string) => string, reason: string]>([
  [
    'no database',
    (folder) => written(folder, 'not a database, and long enough to be seen as none '.repeat(99)),
    'it is not a SQLite database',
  ],
  ['a folder', (folder) => folder, 'it cannot be opened: it may be a folder, or the process may lack the permission'],
  ['a file in a file', (folder) => join(written(folder, 'x'), 'rooms.db'), 'EEXIST: file already exists, mkdir'],
  [
    "another program's database",
    (folder) => database(folder, 'CREATE TABLE notes (text TEXT)'),
    "it is another program's database: choose another file",
  ],
  [
    'a log of a later version',
    (folder) => database(folder, `PRAGMA application_id = ${0x52_6f_6f_6d}; PRAGMA user_version = 4`),
    'it has version 4 of the schema, expected at most 3: choose another file',
  ],
])('S7 a file that is %s gives an error with the reason, and is not locked', (_what, make, reason) => {
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

test('S7 a file cannot be opened twice, and is free after it is closed', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  const first = sqliteLog({ file })
  expect(() => sqliteLog({ file })).toThrow('another process uses it: only one process at a time can')
  await append(first, 'general', [])
  await first.close?.()
  await sqliteLog({ file }).close?.()
})

const PAGE = 4_096
const DAMAGED = 'it is damaged: restore a backup, and call rooms.newEpoch()'

test.each<[what: string, hurt: (file: string) => void]>([
  ['100 pages in its middle are another thing', (file) => damage(file, 200 * PAGE, 100 * PAGE)],
  ['one page in its middle is empty', (file) => damage(file, 200 * PAGE, PAGE, 0)],
  ['one text lost its end', (file) => damage(file, readFileSync(file).indexOf('the end of 99'), 50, 0)],
])('P1 S7 a file in which %s does not open; after it is replaced by a good one it does', async (_what, hurt) => {
  const file = await filled(join(temporaryFolder(), 'rooms.db'))
  const good = readFileSync(file)
  hurt(file)
  for (let attempt = 1; attempt <= 2; attempt += 1)
    expect(() => sqliteLog({ file })).toThrow(
      expect.objectContaining({ code: 'LOG_FAILED', message: `the log ${file} cannot be used: ${DAMAGED}` }),
    )
  writeFileSync(file, good)
  const log = sqliteLog({ file })
  expect(await log.page('general', all)).toMatchObject({ head: 200 })
  await log.close?.()
})

test('P1 S7 after a damage is found in an open file, no message is confirmed in any room', async () => {
  const file = new LogFile(await filled(join(temporaryFolder(), 'rooms.db')), 'normal', 'this boot')
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', {}, 1_000), 1_000)
  const { rooms, connect, errors } = await startRooms({ contract: guestChat, log })
  const ann = await connect()
  const { epoch } = await ann.join('elsewhere')
  expect(await ann.publish('elsewhere', texts(['before']))).toMatchObject({ ok: true })
  file.database.pragma('shrink_memory') // otherwise it is read from memory
  damage(file.name, 100 * PAGE, 50 * PAGE)

  expect(await ann.join('general', { epoch, seq: 0 })).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
  const error = { code: 'LOG_FAILED', message: `the log ${file.name} cannot be used: ${DAMAGED}` }
  expect(await ann.publish('elsewhere', texts(['hi'], 2))).toMatchObject({
    ok: false,
    code: 'UNAVAILABLE',
    results: [],
  })
  expect(errors).toMatchObject([{ error }, { error }])
  expect(words(ann)).toEqual(['before'])
  await rooms.close()
})

test('P1 S7 damaged UTF-8, which SQLite does not check, is an error when it is read, and does not end the process', async () => {
  const file = await filled(join(temporaryFolder(), 'rooms.db'))
  damage(file, readFileSync(file).indexOf('the end of 99'), 5)
  const log = sqliteLog({ file })
  const page = { limit: 1, bytes: 99_999 }
  expect(await log.page('general', { after: 0, ...page })).toMatchObject({ entries: [{ seq: 1 }] })
  const refused = expect.objectContaining({ code: 'LOG_FAILED', message: expect.stringContaining(DAMAGED) })
  await expect(log.page('general', { after: 99, ...page })).rejects.toEqual(refused)
  await expect(append(log, 'elsewhere', [])).rejects.toEqual(refused)
  await log.close?.()
})

test.each([
  [{ file: '' }, 'sqliteLog: file must be the path of a file, got ""'],
  [{ file: 'x', sync: 'always' as 'full' }, 'sqliteLog: sync must be "normal" or "full", got "always"'],
  [{ file: 'x', dedupMs: 5 }, 'sqliteLog: dedupMs must be at least 86400000, a day; got 5'],
  [{ file: 'x', retention: { maxEntries: 0 } }, 'sqliteLog: retention: maxEntries must be a whole number'],
])('invalid options throw: %o', (options, sentence) => {
  expect(() => sqliteLog(options)).toThrow(sentence)
})

test('an empty file, and a file in a missing folder, are initialized', async () => {
  for (const file of [written(temporaryFolder(), ''), join(temporaryFolder(), 'deep', 'er', 'rooms.db')]) {
    const log = sqliteLog({ file })
    expect(await log.page('general', all)).toMatchObject({ head: 0 })
    await log.close?.()
  }
})

test('a file of the first version opens with its entries, epochs and rows, whose guests count', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  unpack('log-version-1.db.gz', file)
  for (let start = 1; start <= 2; start += 1) {
    const log = sqliteLog({ file, maxRows: 6 })
    const general = await log.page('general', { after: 0, limit: 9, bytes: 9_999 })
    expect(general).toMatchObject({ epoch: 'RXJuXgxfOgqHrP3o', head: 5, first: 1 })
    expect(general.entries.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5])
    expect(general.entries.map(({ id }) => id)).toEqual([
      'id of ann a in general',
      'id of guest g in general',
      'id of guest h in general',
      'id of bob b in general',
      'id of server',
    ])
    expect(await log.row('other', { user: null, cid: 'g'.repeat(22) })).toMatchObject({
      last: 2,
      results: [
        { n: 1, answer: { seq: 1 } },
        { n: 2, answer: { code: 'SPAM' } },
      ],
    })
    await expect(log.row('general', { user: null, cid: 'new', address: '192.0.2.1' })).rejects.toMatchObject({
      code: 'LIMIT',
      message: expect.stringContaining('have not signed in'),
    })
    expect(await log.row('general', { user: 'new', cid: 'new', address: '192.0.2.1' })).toBeUndefined()
    await log.close?.()
  }
})

test('a file of the second version opens with its entries, rows and bans; the messages that it has count as unread', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  unpack('log-version-2.db.gz', file)
  for (let start = 1; start <= 2; start += 1) {
    const log = sqliteLog({ file })
    const { entries, ...position } = await log.page('general', { after: 0, limit: 99, bytes: 99_999 })
    expect(position).toEqual({ epoch: 'fbnJXFB-UzqzR1MD', head: 61, count: 41, first: 1, lineage: [] })
    expect(entries.map(({ count }) => count)).toEqual([
      ...Array.from({ length: 60 }, (_, index) => index - Math.floor(index / 3)),
      41,
    ])
    expect(await log.heads(['quiet', 'general'])).toMatchObject([
      { head: 1, count: 0 },
      { head: 61, count: 41 },
    ])
    expect(await log.row('general', { user: 'ann', cid: 'a'.repeat(22) })).toMatchObject({ last: 1 })
    expect(await log.ban('general', 'bob')).toMatchObject({ code: 'BANNED' })
    await log.close?.()
  }
  const log = sqliteLog({ file })
  const said = { event: 'message', data: 'new', id: 'new', from: null, at: 8, unread: true }
  expect(await append(log, 'general', [said])).toMatchObject({ head: 62, count: 42 })
  await log.close?.()
})

test.each([
  ['log-version-1.db.gz', 5],
  ['log-version-2.db.gz', 61],
])('S29 S30 the entries of %s can be amended and redacted', async (fixture, head) => {
  const file = join(temporaryFolder(), 'rooms.db')
  unpack(fixture, file)
  const edit = { event: 'edit', data: 'new', id: 'edit', from: null, at: 8, amends: { seq: 1, slot: 'x' } }
  const log = sqliteLog({ file })
  expect(await append(log, 'general', [edit])).toMatchObject({ head: head + 1 })
  const first = { after: 0, limit: 1, bytes: 9_999 }
  expect(await log.page('general', first)).toMatchObject({ amendments: [{ seq: head + 1, data: 'new' }] })
  await log.redact('general', 1, { event: '$redact', data: { seq: 1 }, id: 'r', from: null, at: 9 })
  await log.close?.()
  const again = sqliteLog({ file })
  const page = await again.page('general', first)
  expect(page).toMatchObject({ head: head + 2, entries: [{ seq: 1, data: null, redacted: true }] })
  expect(page).not.toHaveProperty('amendments')
  await again.close?.()
})

function unpack(fixture: string, file: string): void {
  writeFileSync(file, gunzipSync(readFileSync(new URL(`./fixtures/${fixture}`, import.meta.url))))
}

/** 200 long messages of one room: some 500 pages. */
async function filled(file: string): Promise<string> {
  const log = sqliteLog({ file })
  const entries = Array.from({ length: 200 }, (_, index) => ({
    event: 'message',
    data: `${'x'.repeat(9_000)} the end of ${index}`,
    id: String(index),
    from: null,
    at: 1,
  }))
  await append(log, 'general', entries)
  await log.close?.()
  return file
}

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
