import { expect, test } from 'vitest'
import { bytesOf, defaultLimits, utf8BytesOf } from '@roomful/contract/protocol'
import { Metrics } from '../../src/metrics/metrics.ts'
import { FrameQueue } from '../../src/nodes/frame-queue.ts'
import { maxNodeBytes } from '../../src/nodes/max-bytes.ts'
import { readFrames } from '../../src/nodes/room-frames.ts'
import { writeState } from '../../src/rooms/members/member-state.ts'
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
    expect(utf8BytesOf(message)).toBeLessThanOrEqual(65_536)
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

test.each([
  ['many small ones', 5_000, 'x'.repeat(80)],
  ['of letters with two bytes', 200, 'ж'.repeat(1_000)],
  ['of letters with three bytes', 200, '語'.repeat(1_000)],
])('S14 a message with several frames has at most 65,536 bytes of UTF-8: %s', (_name, count, data) => {
  const sizes: number[] = []
  let frames = 0
  const { queue, add } = setUp(async (message) => {
    sizes.push(utf8BytesOf(message))
    frames += readFrames(message)?.length ?? 0
  })
  for (let n = 0; n < count; n += 1) add('a', data)
  queue.flush()
  expect(frames).toBe(count)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536)
  expect(Math.max(...sizes)).toBeGreaterThan(60_000)
})

test.each([
  ['by default', defaultLimits],
  ['with raised limits', { ...defaultLimits, eventBytes: 6_000_000, presenceBytes: 100_000 }],
])(
  'S14 S16 the largest event and the largest presences that the limits allow reach the other nodes: %s',
  (_name, limits) => {
    const maxBytes = maxNodeBytes(limits)
    const sizes: number[] = []
    const { queue, dropped } = setUp(async (message) => void sizes.push(utf8BytesOf(message)))
    const data = 'x'.repeat(limits.eventBytes - 2)
    expect(bytesOf(data)).toBe(limits.eventBytes)
    const user = { id: 'u'.repeat(128), about: 'x'.repeat(30_000) }
    queue.add('a', { type: 'event', event: 'e'.repeat(64), data, from: user })
    queue.flush()
    expect([dropped(), sizes.length]).toEqual([0, 1])
    expect(sizes[0]).toBeLessThanOrEqual(maxBytes)
    const presence = 'x'.repeat(limits.presenceBytes - 2)
    const connections = Array.from({ length: 8 }, () => ({ at: Date.now(), lostAt: undefined, presence }))
    expect(utf8BytesOf(writeState({ user, userAt: Date.now(), connections, taken: [] }))).toBeLessThanOrEqual(maxBytes)
  },
)
