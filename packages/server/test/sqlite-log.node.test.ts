import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Amends, DecidedItem, NewEntry, RetentionOption, RoomLog } from '../src/index.ts'
import { retentionFor } from '../src/log/retention.ts'
import { rowLimits } from '../src/log/row-limits.ts'
import { LogFile, type Sync } from '../src/log/sqlite/log-file.ts'
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts'
import { sqliteLog } from '../src/sqlite.ts'
import { describeLog } from './log-suite.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { append } from './support/append.ts'

describeLog('sqlite log', (options) => {
  const log = sqliteLog({ file: newFile(), ...options })
  onTestFinished(() => log.close?.())
  return log
})

const all = { after: 0, limit: 10_000, bytes: 10_000_000 }
const entry = (text: string): NewEntry => ({ event: 'message', data: text, id: text.slice(0, 9), from: null, at: 1 })
const item = (n: number, text: string): DecidedItem => ({ n, hash: text.slice(0, 9), entry: entry(text) })
const ann = { user: 'ann', cid: 'a'.repeat(22) }
const commit = async (log: RoomLog, room: string, items: DecidedItem[], sender = ann) => {
  const { epoch } = await log.page(room, all)
  return await log.commit(room, { epoch, sender, items })
}

describe('the file of a SQLite log', () => {
  test('S1 S10 after closing and opening, entries, epochs and rows are the same, in one file', async () => {
    const file = newFile()
    const before = sqliteLog({ file })
    const committed = await commit(before, 'general', [item(1, 'a'), item(2, 'b')])
    const pages = [await before.page('general', all), await before.page('empty', all)]
    await before.close?.()
    expect(readdirSync(join(file, '..'))).toEqual(['rooms.db'])

    const after = sqliteLog({ file })
    expect([await after.page('general', all), await after.page('empty', all)]).toEqual(pages)
    expect(await commit(after, 'general', [item(1, 'a'), item(2, 'b')])).toEqual({ ...committed, entries: [] })
    expect(await commit(after, 'general', [item(3, 'c')])).toMatchObject({ results: [{ seq: 3 }] })
    await after.close?.()
  })

  test('S10 F7 after the file is lost the log is empty, with new epochs', async () => {
    const file = newFile()
    const before = sqliteLog({ file })
    await commit(before, 'general', [item(1, 'a')])
    const { epoch } = await before.page('general', all)
    await before.close?.()
    rmSync(file)

    const after = sqliteLog({ file })
    const page = await after.page('general', all)
    expect(page).toMatchObject({ head: 0, entries: [] })
    expect(page.epoch).not.toBe(epoch)
    expect(await after.commit('general', { epoch, sender: ann, items: [item(1, 'a')] })).toBeUndefined()
    await after.close?.()
  })

  test('closing writes the pending batches; later calls fail with an error that says so', async () => {
    const file = newFile()
    const log = sqliteLog({ file })
    const written = append(log, 'general', [entry('a')])
    await log.close?.()
    await log.close?.()
    expect(await written).toMatchObject({ head: 1 })
    const closed = expect.objectContaining({ code: 'LOG_FAILED', message: `the log ${file} is closed` })
    for (const refused of [append(log, 'general', [entry('b')]), log.page('general', all), log.row('general', ann)])
      await expect(refused).rejects.toEqual(closed)
  })

  test('a room without messages uses no space in the file', async () => {
    const file = open()
    const log = logOver(file)
    for (const room of ['a', 'b', 'c']) {
      await log.page(room, all)
      await commit(log, room, [])
    }
    expect(file.database.prepare('SELECT count(*) AS count FROM rooms').get()).toMatchObject({ count: 0 })
  })
})

describe('shared commits of a SQLite log', () => {
  test('S4 batches of one turn share one commit, and each gets its own answer', async () => {
    const file = open()
    const log = logOver(file)
    const { epoch } = await log.page('general', all)
    const transactions = vi.spyOn(file, 'transaction')
    const commits = await Promise.all(
      Array.from({ length: 64 }, (_, index) => {
        const sender = { user: null, cid: String(index).padStart(22, '0') }
        return log.commit('general', { epoch, sender, items: [item(1, String(index))] })
      }),
    )
    expect(transactions).toHaveBeenCalledTimes(1)
    expect(commits.map((committed) => committed?.results)).toEqual(
      commits.map((_, index) => [{ seq: index + 1, at: 1 }]),
    )
  })

  test('S4 S7 a batch that fails is undone alone: the others of its commit are stored in order', async () => {
    const file = open()
    const log = logOver(file, (room) => {
      if (room === 'bad') throw new Error('no retention for this one')
      return {}
    })
    const { epoch } = await log.page('general', all)
    const writes = await Promise.allSettled([
      append(log, 'general', [entry('a')]),
      append(log, 'bad', [entry('lost')]),
      log.commit('general', { epoch, sender: ann, items: [item(1, 'b')] }),
      append(log, 'general', [entry('c')]),
    ])
    expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect((await log.page('general', all)).entries.map(({ data }) => data)).toEqual(['a', 'b', 'c'])
    expect((await log.row('general', ann))?.last).toBe(1)
  })

  test('P1 S7 a commit that fails at its end confirms nothing and leaves nothing behind', async () => {
    const file = open()
    const log = logOver(file)
    const { epoch } = await log.page('general', all)
    const exec = file.database.exec.bind(file.database)
    const failing = vi.spyOn(file.database, 'exec').mockImplementation((sql) => {
      if (sql === 'COMMIT') throw new Error('disk I/O error')
      return exec(sql)
    })
    const batch = { epoch, sender: ann, items: [item(1, 'a')] }
    const writes = await Promise.allSettled([log.commit('general', batch), append(log, 'general', [entry('b')])])
    const reason = { code: 'LOG_FAILED', message: `the log ${file.name} cannot be used: disk I/O error` }
    expect(writes).toMatchObject([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
    expect(await log.page('general', all)).toMatchObject({ head: 0, entries: [] })
    failing.mockRestore()
    expect(await log.commit('general', batch)).toMatchObject({ head: 1, results: [{ seq: 1 }] })
  })

  test('S7 a full disk refuses batches that do not fit as a whole, and stores those that fit; with space again it stores all', async () => {
    const file = open()
    const log = logOver(file)
    await commit(log, 'general', [item(1, 'before')])
    const [{ page_count: pages }] = file.database.pragma('page_count') as [{ page_count: number }]
    file.database.pragma(`max_page_count = ${pages + 3}`)
    const big = Array.from({ length: 20 }, (_, index) => item(index + 2, String(index).repeat(5_000)))
    const { epoch } = await log.page('general', all)
    const small = { epoch, sender: { ...ann, user: 'bob' }, items: [item(1, 'small')] }
    const [failed, stored] = await Promise.allSettled([
      log.commit('general', { epoch, sender: ann, items: big }),
      log.commit('general', small),
    ])
    const reason = { code: 'LOG_FAILED', message: `the log ${file.name} cannot be used: the disk is full` }
    expect(failed).toMatchObject({ status: 'rejected', reason })
    expect(stored).toMatchObject({ status: 'fulfilled', value: { head: 2, results: [{ seq: 2 }] } })
    expect((await log.page('general', all)).entries.map(({ data }) => data)).toEqual(['before', 'small'])
    expect((await log.row('general', ann))?.last).toBe(1)

    file.database.pragma('max_page_count = 1000000')
    expect(await commit(log, 'general', big)).toMatchObject({ head: 22 })
  })
})

describe('S10 a SQLite log after the machine has stopped', () => {
  const stop = async (sync: Sync, lost = 0) => {
    const running = open(newFile(), sync, 'first boot')
    const log = logOver(running)
    await commit(log, 'general', [item(1, 'a')])
    await commit(log, 'general', [item(2, 'b')])
    const { epoch } = await log.page('general', all)
    // The file as a crash would leave it.
    const file = newFile()
    cpSync(join(running.name, '..'), join(file, '..'), { recursive: true })
    if (lost > 0) truncateSync(`${file}-wal`, lost)
    return { epoch, file }
  }

  test('after a killed process on a running machine, or with sync full, the epoch stays', async () => {
    for (const [sync, boot] of [
      ['normal', 'first boot'],
      ['full', 'second boot'],
    ] as const) {
      const { epoch, file } = await stop(sync)
      const log = logOver(open(file, 'normal', boot))
      expect(await log.page('general', all)).toMatchObject({ epoch, head: 2 })
    }
  })

  test('after another boot without a clean end the epochs are new; entries, numbers and rows stay', async () => {
    const { epoch, file } = await stop('normal')
    const log = logOver(open(file, 'normal', 'second boot'))
    const page = await log.page('general', all)
    expect(page).toMatchObject({ head: 2, entries: [{ seq: 1 }, { seq: 2 }], lineage: [{ epoch, head: 2 }] })
    expect(page.epoch).not.toBe(epoch)
    expect(await commit(log, 'general', [item(2, 'b'), item(3, 'c')])).toMatchObject({
      results: [{ seq: 2 }, { seq: 3 }],
    })
  })

  test('numbers that a power loss took are not given again in the same epoch', async () => {
    const { epoch, file } = await stop('normal', 1)
    const log = logOver(open(file, 'normal', 'second boot'))
    const page = await log.page('general', all)
    expect(page.head).toBeLessThan(2)
    // Where the whole room is lost it has no row, and ended at 0.
    expect(page.lineage).toEqual([{ epoch, head: page.head }])
    expect(page.epoch).not.toBe(epoch)
  })

  test('after another boot with a clean end the epoch stays', async () => {
    const file = newFile()
    const before = logOver(open(file, 'normal', 'first boot'))
    await commit(before, 'general', [item(1, 'a')])
    const { epoch } = await before.page('general', all)
    before.close()
    expect(await logOver(open(file, 'normal', 'second boot')).page('general', all)).toMatchObject({ epoch, head: 1 })
  })
})

test('P7 the cost of a page does not depend on the number of expired entries that are not deleted yet', async () => {
  const file = newFile()
  const young = logOver(open(file), { maxEntries: 1_000_000 })
  const entries = (count: number) => Array.from({ length: count }, (_, index) => entry(String(index)))
  await append(young, 'small', entries(10))
  for (let batch = 0; batch < 10; batch += 1) await append(young, 'large', entries(10_000))
  young.close()
  const log = logOver(open(file), { maxEntries: 1_000_000, maxAgeMs: 1_000 })
  const fastest = async (room: string) => {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 50; round += 1) {
      const begun = performance.now()
      await log.page(room, { after: 0, limit: 0, bytes: 0 })
      best = Math.min(best, performance.now() - begun)
    }
    return best
  }
  expect(await log.page('large', all)).toMatchObject({ head: 100_000, first: 100_001, entries: [] })
  const small = await fastest('small')
  expect(await fastest('large')).toBeLessThan(20 * small)
})

test('P7 old entries and rows of unused rooms are deleted in slices, until the log is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 })
  onTestFinished(() => void vi.useRealTimers())
  const file = open()
  const log = logOver(file, { maxAgeMs: 1_000 })
  const { epoch } = await log.page('general', all)
  await log.commit('general', { epoch, sender: ann, items: [item(1, 'a')] })
  const rooms = Array.from({ length: 250 }, (_, index) => `room ${index}`)
  await Promise.all(rooms.map(async (room) => await append(log, room, [{ ...entry(room), at: Date.now() }])))
  const count = (table: string) =>
    (file.database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count
  expect([count('entries'), count('senders')]).toEqual([251, 251])
  await expect
    .poll(() => {
      vi.advanceTimersByTime(60_000)
      return [count('entries'), count('senders')]
    })
    .toEqual([0, 251])
  vi.setSystemTime(Date.now() + 86_400_001)
  await expect
    .poll(() => {
      vi.advanceTimersByTime(60_000)
      return count('senders')
    })
    .toBe(0)
  expect(await log.page('room 7', all)).toMatchObject({ head: 1, first: 2, entries: [] })
  log.close()
  expect(vi.getTimerCount()).toBe(0)
})

function newFile(): string {
  return join(temporaryFolder(), 'made', 'rooms.db')
}

function open(file = newFile(), sync: Sync = 'normal', boot = 'first boot'): LogFile {
  return new LogFile(file, sync, boot)
}

function logOver(file: LogFile, retention: RetentionOption = {}): SqliteLog {
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', retention, 1_000), 1_000)
  onTestFinished(() => {
    if (existsSync(file.name)) log.close()
  })
  return log
}

test('S30 after a redaction neither the file nor its WAL, once merged, has the data', async () => {
  const file = newFile()
  const log = sqliteLog({ file })
  const secret = (data: unknown, amends?: Amends): NewEntry => ({
    event: 'message',
    data,
    id: 'id',
    from: null,
    at: 1,
    ...(amends && { amends }),
  })
  await append(log, 'general', [secret('a first secret'), secret('a second secret', { seq: 1, slot: 'x' })])
  await append(log, 'general', [
    secret(`a long secret ${'x'.repeat(20_000)}`, { seq: 1, slot: 'x' }),
    secret('no harm'),
  ])
  expect(readFileSync(`${file}-wal`).includes('a first secret')).toBe(true)
  await log.redact('general', 1, { ...secret({ seq: 1 }), event: '$redact' })
  await log.close?.()
  const content = readFileSync(file)
  expect(content.includes('no harm')).toBe(true)
  for (const text of ['a first secret', 'a second secret', 'a long secret', 'xxxxxxxx'])
    expect(content.includes(text)).toBe(false)
})

test('amendments are found by an index, whatever else the room has', async () => {
  const file = newFile()
  await sqliteLog({ file }).close?.()
  const database = new Database(file)
  const planOf = (sql: string) =>
    (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail).join('; ')
  const newest = 'SELECT target, seq, bytes FROM entries WHERE room = 1 AND target BETWEEN 1 AND 9 AND slot IS NOT NULL'
  expect(planOf(`${newest} ORDER BY target, seq DESC LIMIT 9`)).toContain(
    'USING INDEX entries_by_slot (room=? AND target>? AND target<?)',
  )
  expect(planOf("UPDATE entries SET slot = NULL WHERE room = 1 AND target = 1 AND slot = 'x'")).toContain(
    'entries_by_slot (room=? AND target=? AND slot=?)',
  )
  expect(planOf('SELECT json FROM entries INDEXED BY entries_by_target WHERE room = 1 AND target = 1')).toContain(
    'USING INDEX entries_by_target (room=? AND target=?)',
  )
  database.close()
})
