import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { LogFile } from '../src/log/sqlite/log-file.ts'
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts'
import { retentionFor } from '../src/log/retention.ts'
import { rowLimits } from '../src/log/row-limits.ts'
import { changedLog } from './support/changed-log.ts'
import { guestChat } from './support/chat.ts'
import { startRooms } from './support/start-rooms.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('isReady: a server is ready until it closes', async () => {
  const { rooms } = await startRooms({ contract: guestChat })
  expect(await rooms.isReady()).toBe(true)
  const closed = rooms.close()
  expect(await rooms.isReady()).toBe(false)
  await closed
  expect(await rooms.isReady()).toBe(false)
})

test('isReady: false while the disk is full, and true again after it; the failure is reported once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const file = new LogFile(join(temporaryFolder(), 'rooms.db'), 'normal', 'this boot')
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', {}, 1_000), 10)
  const { rooms, errors } = await startRooms({ contract: guestChat, log })
  onTestFinished(() => log.close())
  expect(await rooms.isReady()).toBe(true)
  const full = vi.spyOn(file, 'transaction').mockImplementation(() => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  })
  for (let check = 1; check <= 3; check += 1) {
    vi.advanceTimersByTime(1_000)
    expect(await rooms.isReady()).toBe(false)
  }
  expect(errors).toMatchObject([{ error: { code: 'LOG_FAILED' }, context: { during: 'check' } }])
  full.mockRestore()
  vi.advanceTimersByTime(1_000)
  expect(await rooms.isReady()).toBe(true)
})

test('isReady: the check of a SQLite log is a write', async () => {
  const file = new LogFile(join(temporaryFolder(), 'rooms.db'), 'normal', 'this boot')
  const log = new SqliteLog(file, rowLimits('test', {}), retentionFor('test', {}, 1_000), 10)
  onTestFinished(() => log.close())
  const changes = () => (file.database.prepare('SELECT total_changes() AS count').get() as { count: number }).count
  const before = changes()
  await log.check()
  expect(changes()).toBe(before + 1)
})

test('P7 isReady: questions within a second share one check of the log', async () => {
  let checks = 0
  const log = changedLog(memoryLog(), { check: () => void (checks += 1) })
  const { rooms } = await startRooms({ contract: guestChat, log })
  await Promise.all(Array.from({ length: 100 }, () => rooms.isReady()))
  expect(checks).toBe(1)
})

test('isReady: false for a log that hangs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const log = changedLog(memoryLog(), { check: () => new Promise<void>(() => {}) })
  const { rooms } = await startRooms({ contract: guestChat, log })
  const ready = rooms.isReady()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await ready).toBe(false)
})
