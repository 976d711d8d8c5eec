import { expect, onTestFinished, test, vi } from 'vitest'
import { type LogHead, memoryLog, type Nodes, type RoomLog } from '../src/index.ts'
import { HeadCheck } from '../src/rooms/delivery/head-check.ts'
import { changedLog } from './support/changed-log.ts'

/** Of a log that several processes use. */
const NODES = {} as Nodes

type Rooms = ConstructorParameters<typeof HeadCheck>[0]['rooms']

/** A check of rooms with these names; `noticed` are the names whose heads were given, `asked` the sizes of the log's calls. */
function setUp(names: readonly string[], changes: Partial<RoomLog> = {}) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const noticed: string[] = []
  const asked: number[] = []
  const errors: unknown[] = []
  const rooms = names.map((name) => ({
    name,
    isUncertain: false,
    noticeHead: ({ head }: LogHead) => void noticed.push(`${name} ${head}`),
  }))
  const log = memoryLog()
  const heads: RoomLog['heads'] = (some) => {
    asked.push(some.length)
    return some.map((room) => ({ epoch: 'e', head: room.length, count: 0, lineage: [] }))
  }
  const check = new HeadCheck({
    log: changedLog(log, { heads, ...changes }),
    report: (error) => errors.push(error),
    rooms: (() => rooms) as unknown as Rooms,
  })
  onTestFinished(() => check.stop())
  return { check, rooms, noticed, asked, errors }
}

test('S12 every 10 s the heads of all rooms are read where several processes use the log, many with one call', async () => {
  const names = Array.from({ length: 9_000 }, (_, index) => `room ${index}`)
  const { noticed, asked } = setUp(names, { nodes: NODES })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toEqual([4_000, 4_000, 1_000])
  expect(noticed).toEqual(names.map((name) => `${name} ${name.length}`))
})

test('S7 in a log of one process only rooms whose write seemed to fail are checked', async () => {
  const { rooms, noticed, asked } = setUp(['a', 'bb'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toEqual([])
  Object.assign(rooms[1] ?? {}, { isUncertain: true })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(noticed).toEqual(['bb 2'])
})

test('E8 a check that fails, as after newEpoch, is made again, also in a log of one process', async () => {
  const names = Array.from({ length: 4_600 }, (_, index) => `room ${index}`)
  let calls = 0
  const heads: RoomLog['heads'] = (some) => {
    if ((calls += 1) === 2) throw new Error('the log is away')
    return some.map((room) => ({ epoch: 'e', head: room.length, count: 0, lineage: [] }))
  }
  const { check, rooms, noticed, errors } = setUp(names, { heads })
  await check.check(rooms as unknown as Parameters<HeadCheck['check']>[0])
  expect([noticed.length, errors.length]).toEqual([4_000, 1])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(noticed).toEqual(names.map((name) => `${name} ${name.length}`))
})

test('a log that cannot be read is reported once a check; checks do not run at the same time, and end with stop', async () => {
  let fail: (error: Error) => void = () => {}
  let calls = 0
  const heads = (): Promise<never> => {
    calls += 1
    return new Promise((_resolve, reject) => (fail = reject))
  }
  const { check, errors } = setUp(['a'], { nodes: NODES, heads })
  await vi.advanceTimersByTimeAsync(30_000)
  expect(calls).toBe(1)
  fail(new Error('the log is away'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([calls, errors]).toEqual([2, [new Error('the log is away')]])
  check.stop()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(calls).toBe(2)
})
