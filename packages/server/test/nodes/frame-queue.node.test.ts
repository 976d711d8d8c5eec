import { expect, test } from 'vitest'
import { Metrics } from '../../src/metrics/metrics.ts'
import { FrameQueue } from '../../src/nodes/frame-queue.ts'
import { readFrames } from '../../src/nodes/room-frames.ts'
import type { Nodes } from '../../src/index.ts'

function setUp(send: (message: string, room: string) => Promise<void>) {
  const errors: unknown[] = []
  const metrics = new Metrics()
  const nodes = { send } as unknown as Nodes
  const queue = new FrameQueue({ nodes, metrics, onError: (error) => errors.push(error) })
  const add = (room: string, data: unknown): void => queue.add(room, { type: 'event', event: 'e', data, from: null })
  return { queue, add, errors, dropped: () => metrics.bounds.snapshot().nodes }
}

test('S14 frames that come together go in one message a room, in their order, and no message is larger than 64 KiB', () => {
  const sent: { readonly room: string; readonly data: unknown[] }[] = []
  const { queue, add } = setUp(async (message, room) => {
    expect(message.length).toBeLessThan(66_000)
    sent.push({ room, data: readFrames(message)?.map((frame) => (frame as { data?: unknown }).data) ?? [] })
  })
  for (const n of [1, 2, 3]) for (const room of ['a', 'b']) add(room, n)
  queue.flush()
  expect(sent).toEqual([
    { room: 'a', data: [1, 2, 3] },
    { room: 'b', data: [1, 2, 3] },
  ])
  for (let n = 0; n < 10; n += 1) add('c', 'x'.repeat(20_000))
  queue.flush()
  expect(sent.slice(2).map(({ data }) => data.length)).toEqual([3, 3, 3, 1])
})

test('S14 at most 4 MiB wait for the other nodes; what does not fit is dropped and counted; a failure is reported once', async () => {
  let fail: (error: Error) => void = () => {}
  const { queue, add, errors, dropped } = setUp(() => new Promise((_, reject) => (fail = reject)))
  for (let n = 0; n < 70; n += 1) add('a', 'x'.repeat(60_000))
  expect(dropped()).toBe(1)
  queue.flush()
  add('a', 'x'.repeat(60_000)) // the others are still on their way
  expect(dropped()).toBe(2)
  fail(new Error('away'))
  await new Promise(setImmediate)
  expect(errors).toMatchObject([{ message: 'away' }])
  add('a', 'x'.repeat(60_000))
  expect(dropped()).toBe(2)
  queue.flush()
  fail(new Error('still away'))
  await new Promise(setImmediate)
  expect(errors).toHaveLength(1)
})
