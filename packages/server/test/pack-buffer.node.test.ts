import { expect, test } from 'vitest'
import { FLUSH_MS, LARGE_ROOM, PackBuffer, type PackOutput } from '../src/rooms/delivery/pack-buffer.ts'

const EPOCH = 'the-epoch'
type Outputs = PackOutput<string>[]

/** A buffer with a clock: `at` moves it. Each event has 10 bytes. */
function start(maxBytes = 1_000, members = LARGE_ROOM) {
  const buffer = new PackBuffer<string>(maxBytes)
  let now = 1_000
  return {
    buffer,
    at: (ms: number) => void (now = 1_000 + ms),
    add: (event: string, epoch: string | undefined = EPOCH, bytes = 10): Outputs =>
      buffer.step({ type: 'add', events: [{ event, bytes }], epoch, members, now }),
    addAll: (...events: string[]): Outputs =>
      buffer.step({ type: 'add', events: events.map((event) => ({ event, bytes: 10 })), epoch: EPOCH, members, now }),
    volatile: (event: string): Outputs =>
      buffer.step({ type: 'add', events: [{ event, bytes: 10 }], epoch: undefined, members, now }),
    due: (): Outputs => buffer.step({ type: 'due', now }),
    flush: (): Outputs => buffer.step({ type: 'flush', now }),
  }
}
const send = (events: string[], epoch: string | undefined = EPOCH) => ({ type: 'send', epoch, events })
const wait = (ms: number) => ({ type: 'wait', ms })

/** Makes the room busy: two events were sent just now. */
function startBusy(maxBytes?: number) {
  const started = start(maxBytes)
  started.addAll('before', 'before')
  return started
}

test('events that come together in an idle room are sent at once, as one pack', () => {
  const { addAll, due } = start()
  expect(addAll('a', 'b')).toEqual([send(['a', 'b'])])
  expect(due()).toEqual([])
})

test('in a large room, the events of one turn of the event loop are sent as one pack, which takes longer than 8 ms', () => {
  const { at, add, due } = start(1_000, LARGE_ROOM + 1)
  for (const ms of [0, 2 * FLUSH_MS, 4 * FLUSH_MS]) {
    at(ms)
    expect([add('a'), add('b'), add('c')]).toEqual([[wait(0)], [], []])
    expect(due()).toEqual([send(['a', 'b', 'c'])])
  }
})

test('a message now and then never waits', () => {
  const { at, add } = start()
  for (const ms of [0, FLUSH_MS / 2 + 1, FLUSH_MS + 2]) {
    at(ms)
    expect(add('a')).toEqual([send(['a'])])
  }
})

test('while more events come, packs are sent 8 ms apart', () => {
  const { at, add, due } = startBusy()
  at(3)
  expect(add('c')).toEqual([wait(5)])
  at(7)
  expect(add('d')).toEqual([])
  at(8)
  expect(due()).toEqual([send(['c', 'd'])])
  at(10)
  expect(add('e')).toEqual([wait(6)])
})

test('a room is idle again 8 ms after its last pack, and at once where a pack came later than that', () => {
  const { at, add } = startBusy()
  at(FLUSH_MS)
  expect(add('d')).toEqual([send(['d'])])
})

test('no event waits longer than 8 ms, however often others come', () => {
  const { at, add, due } = start()
  const waits: number[] = []
  let sentAt: number | undefined
  for (let ms = 0; ms < 100; ms += 0.5) {
    at(ms)
    if (sentAt !== undefined && ms >= sentAt) {
      sentAt = undefined
      due()
    }
    for (const output of add(`event at ${ms}`)) {
      if (output.type !== 'wait') continue
      waits.push(output.ms)
      sentAt = ms + output.ms
    }
  }
  expect(waits.length).toBeGreaterThan(10)
  expect(Math.max(...waits)).toBeLessThanOrEqual(FLUSH_MS)
})

test('a pack has at most its limit of bytes, except with a single larger event', () => {
  const { add, addAll, due } = startBusy(25)
  add('a')
  add('b')
  expect(add('c')).toEqual([send(['a', 'b'])])
  expect(add('large', EPOCH, 90)).toEqual([send(['c'])])
  expect(add('d')).toEqual([send(['large'])])
  expect(due()).toEqual([send(['d'])])
  expect(addAll('a', 'b', 'c')).toEqual([send(['a', 'b']), wait(FLUSH_MS)])
})

test('a pack is of one epoch, and volatile events go with any', () => {
  const { add, volatile, due } = startBusy()
  volatile('cursor')
  expect(add('a')).toEqual([])
  volatile('cursor')
  expect(add('b', 'another-epoch')).toEqual([send(['cursor', 'a', 'cursor'])])
  expect(due()).toEqual([send(['b'], 'another-epoch')])
  volatile('cursor')
  expect(due()).toEqual([{ type: 'send', epoch: undefined, events: ['cursor'] }])
})

test('a flush sends the collected events at once, and the end of their wait sends nothing', () => {
  const { buffer, add, due, flush } = startBusy()
  expect(flush()).toEqual([])
  add('a')
  expect(buffer.waiting).toEqual({ epoch: EPOCH, events: ['a'] })
  expect(flush()).toEqual([send(['a'])])
  expect(buffer.waiting).toEqual({ epoch: undefined, events: [] })
  expect(due()).toEqual([])
})
