import { RoomfulError } from '@roomful/client'
import type { PublishAnswer } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { messageId, type Message, type Outcome } from '../../../src/roomful/outbox/message.ts'
import { type Flight, RoomQueue, type Session } from '../../../src/roomful/outbox/room-queue.ts'
import { answer, EPOCH, message, session, yes } from './support/scripted-outbox.ts'

/** A room's queue, and what it says in words. */
function queueOf(messages: readonly Message[], now: Session = session) {
  const told: string[] = []
  const waits: { ms: number; rejoin: boolean }[] = []
  const outcomes: Outcome[] = []
  const queue = new RoomQueue({
    queued: ({ n }) => void told.push(`${n} queued`),
    settled({ n }, outcome) {
      outcomes.push(outcome)
      const what = outcome.state === 'confirmed' ? outcome.seq : outcome.error?.code
      told.push([n, outcome.state, what].join(' ').trim())
    },
    wait: (ms, rejoin) => void waits.push({ ms, rejoin }),
  })
  queue.messages = new Set(messages)
  queue.session = now
  return {
    queue,
    outcomes,
    waits,
    told: () => told.splice(0),
    left: () => numbersIn(queue.messages),
    /** The first `count` messages are on their way. */
    fly(count: number): Flight {
      const batch = [...queue.messages].slice(0, count)
      const fresh = new Set(batch.filter(({ sentAt }) => sentAt === undefined))
      const flight = { epoch: EPOCH, messages: batch, fresh, isSent: true }
      for (const each of batch) each.sentAt ??= 5
      queue.session = now
      return (queue.flight = flight)
    },
    next: (mine: (message: Message) => boolean = () => true) => queue.nextBatch(now, mine),
  }
}
function flying(count: number) {
  const parts = queueOf([message(1), message(2), message(3)])
  return { ...parts, flight: parts.fly(count) }
}
const numbersIn = (messages: Iterable<Message>) => Array.from(messages, ({ n }) => n)

describe('C4 the next batch', () => {
  const others = message(9, { user: 'bob' })
  const big = (n: number) => message(n, { bytes: 400 })
  test.each<[name: string, waiting: Message[], parts: Partial<Session>, batch: number[]]>([
    ['is all that waits, where that is little', [message(1), message(2)], {}, [1, 2]],
    ['has as many as the server takes', [1, 2, 3].map((n) => message(n)), { batchItems: 2 }, [1, 2]],
    [
      'has as many bytes as the server takes, with what is around them',
      [1, 2, 3].map(big),
      { batchBytes: 1_200 },
      [1, 2],
    ],
    ['is one alone that is larger than that', [big(1), message(2)], { batchBytes: 300 }, [1]],
    ['is of one page', [message(7, { cid: 'page-old' }), message(1)], {}, [7]],
    ['begins with the first of ours', [others, message(1), others, message(2)], {}, [1, 2]],
  ])('%s', (_name, waiting, parts, batch) => {
    const { next } = queueOf(waiting, { ...session, ...parts })
    expect(numbersIn(next(({ user }) => user === 'ada'))).toEqual(batch)
  })
})

describe('C6 an answer', () => {
  const no = { code: 'MUTED', message: 'you are muted' }
  test.each<[name: string, said: PublishAnswer, settled: string[], left: number[]]>([
    [
      'settles by index',
      answer([...yes(1), no, ...yes(1, 2)]),
      ['1 confirmed 1', '2 rejected MUTED', '3 confirmed 2'],
      [],
    ],
    [
      'STALE: nobody knows any more',
      answer([{ code: 'STALE' }, ...yes(2)]),
      ['1 unknown STALE', '2 confirmed 1', '3 confirmed 2'],
      [],
    ],
    [
      'with more results than there were items',
      answer(yes(5)),
      ['1 confirmed 1', '2 confirmed 2', '3 confirmed 3'],
      [],
    ],
    [
      'a refusal of the rest for good',
      answer(yes(1), { code: 'FORBIDDEN' }),
      ['1 confirmed 1', '2 rejected FORBIDDEN', '3 rejected FORBIDDEN'],
      [],
    ],
    ['of fewer, without a reason', answer(yes(2)), ['1 confirmed 1', '2 confirmed 2', '3 rejected REFUSED'], []],
    ['of another epoch does not count', answer(yes(3), { epoch: 'epoch-two' }), [], [1, 2, 3]],
    ['C7 a prefix: the rest stays', answer([no], { code: 'RATE' }), ['1 rejected MUTED'], [2, 3]],
  ])('%s', (_name, said, settled, rest) => {
    const { queue, flight, told, left } = flying(3)
    queue.answered(flight, said)
    expect([told().filter((word) => !word.endsWith('queued')), left(), queue.flight]).toEqual([
      settled,
      rest,
      undefined,
    ])
  })
  test('carries the server’s own words', () => {
    const { queue, flight, outcomes } = flying(3)
    queue.answered(flight, answer([no, ...yes(2)]))
    expect(outcomes[0]).toMatchObject({ error: { code: 'MUTED', message: 'you are muted', refusal: no } })
  })
  test('the first one wins', () => {
    const { queue, flight, told, left } = flying(3)
    queue.answered(flight, answer(yes(3)))
    told()
    queue.answered(flight, answer([no, no, no]))
    expect([told(), left()]).toEqual([[], []])
  })
  test('to a batch that was sent again settles what it knows of, and leaves the new one on its way', () => {
    const { queue, flight, fly, told, left, waits } = flying(3)
    const again = fly(3)
    queue.answered(flight, answer(yes(3), { epoch: 'epoch-two' }))
    expect([told(), left(), queue.flight]).toEqual([[], [1, 2, 3], again])
    queue.answered(flight, answer(yes(2), { code: 'RATE' }))
    expect([told(), left(), waits, queue.flight]).toEqual([['1 confirmed 1', '2 confirmed 2'], [3], [], again])
  })
  test('that leaves something: it waits again', () => {
    const { queue, flight, told } = flying(2)
    queue.answered(flight, answer(yes(1), { code: 'RATE' }))
    expect(told()).toEqual(['1 confirmed 1', '2 queued'])
  })
  test('C9 a refusal for good of what was sent before cannot say what became of that', () => {
    const { queue, fly, told } = queueOf([message(1, { sentAt: 5 }), message(2)])
    queue.answered(fly(2), answer([], { code: 'FORBIDDEN' }))
    expect(told()).toEqual(['1 unknown UNKNOWN', '2 rejected FORBIDDEN'])
  })
})

describe('C7 a refusal that passes', () => {
  test.each<[code: string, after: number | undefined, wait: { ms: number; rejoin: boolean }, isOpen: boolean]>([
    ['RATE', 700, { ms: 700, rejoin: false }, true],
    ['RATE', Number.MAX_SAFE_INTEGER, { ms: 300_000, rejoin: false }, true],
    ['UNAVAILABLE', undefined, { ms: 0, rejoin: false }, true],
    ['LIMIT', 0, { ms: 0, rejoin: false }, true],
    ['CLOSING', 50, { ms: 50, rejoin: false }, true],
    ['MORE', 0, { ms: 0, rejoin: false }, true],
    ['EPOCH', undefined, { ms: 0, rejoin: true }, false],
    ['NOT_MEMBER', undefined, { ms: 0, rejoin: true }, false],
  ])('%s, after %s', (code, after, wait, isOpen) => {
    const { queue, flight, waits, left } = flying(2)
    queue.answered(flight, answer(yes(1), { code, ...(after !== undefined && { after }) }))
    expect([waits, left(), queue.session !== undefined]).toEqual([[wait], [2, 3], isOpen])
    queue.session = session
    expect(queue.isIdle).toBe(false)
    queue.woken()
    expect(queue.isIdle).toBe(true)
  })
  test('an answer of another epoch joins again', () => {
    const { queue, flight, waits } = flying(2)
    queue.answered(flight, answer(yes(2), { epoch: 'epoch-two' }))
    expect(waits).toEqual([{ ms: 0, rejoin: true }])
  })
  test('again and again, without a wait of its own: less and less often, until something is taken', () => {
    const { queue, waits, fly } = queueOf([message(1), message(2), message(3)])
    for (let times = 0; times < 9; times += 1) queue.answered(fly(2), answer([], { code: 'RATE' }))
    expect(waits.map(({ ms }) => ms)).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    queue.answered(fly(2), answer(yes(1), { code: 'MORE' }))
    queue.answered(fly(2), answer([], { code: 'RATE' }))
    queue.answered(fly(1), answer(yes(1)))
    queue.answered(fly(1), answer([], { code: 'RATE' }))
    expect(waits.slice(9).map(({ ms }) => ms)).toEqual([0, 0, 0])
  })
})

describe('C5 no answer', () => {
  test('in time, on a connection that goes on: sent again, with the same keys', () => {
    const { queue, flight, waits, left, next, told } = flying(2)
    queue.unanswered(flight)
    queue.unanswered(flight)
    expect([left(), waits, queue.flight]).toEqual([[1, 2, 3], [{ ms: 0, rejoin: false }], undefined])
    expect(told()).toEqual(['1 queued', '2 queued'])
    expect(next().map(messageId)).toEqual(['page-one:1', 'page-one:2', 'page-one:3'])
  })
  test('before the connection ended: kept, and nothing goes until we are let in again', () => {
    const { queue, left, told } = flying(2)
    queue.closed(false)
    expect([left(), told(), queue.session, queue.flight]).toEqual([
      [1, 2, 3],
      ['1 queued', '2 queued'],
      undefined,
      undefined,
    ])
  })
})

describe('C19 what ends connections', () => {
  const start = () => {
    const parts = queueOf([message(1), message(2), message(3)])
    /** So many are on their way each time, and the connection ends. */
    const die = (count: number, times: number): void => {
      for (let time = 0; time < times; time += 1) {
        parts.fly(count)
        parts.queue.closed(false)
      }
    }
    const told = () => parts.told().filter((word) => !word.endsWith('queued'))
    return { ...parts, told, die, batch: () => numbersIn(parts.next()) }
  }

  test('three times the same batch: its messages go alone from now on', () => {
    const { die, told, batch } = start()
    die(2, 2)
    expect(batch()).toEqual([1, 2, 3])
    die(2, 1)
    expect([told(), batch()]).toEqual([[], [1]])
  })
  test('three times more with one alone: its end is unknown, and the next goes', () => {
    const { die, told, left, batch } = start()
    die(2, 3)
    die(1, 3)
    expect([told(), left(), batch()]).toEqual([['1 unknown UNKNOWN'], [2, 3], [2]])
    die(1, 3)
    expect([told(), batch()]).toEqual([['2 unknown UNKNOWN'], [3]])
  })
  test('an answer ends the suspicion', () => {
    const { queue, die, fly, batch } = start()
    die(1, 3)
    die(1, 2)
    queue.answered(fly(1), answer(yes(1)))
    expect(batch()).toEqual([2, 3])
    die(2, 2)
    expect(batch()).toEqual([2, 3])
  })
  test('a connection that we ended ourselves does not count', () => {
    const { queue, fly, batch } = start()
    for (let times = 0; times < 3; times += 1) {
      fly(1)
      queue.closed(true)
    }
    expect(batch()).toEqual([1, 2, 3])
  })
  test('connections that end with nothing on its way do not count', () => {
    const { queue, fly, batch } = start()
    for (let times = 0; times < 3; times += 1) {
      fly(1).isSent = false
      queue.closed(false)
      queue.closed(false)
    }
    expect(batch()).toEqual([1, 2, 3])
  })
})

test('C15 a plain server’s batch ends as it was written: it will not say more', () => {
  const { queue, flight, told, left } = flying(2)
  queue.written(flight, [new RoomfulError('INVALID_ARGUMENT', 'no object'), undefined])
  expect([told(), left()]).toEqual([['1 rejected INVALID_ARGUMENT', '2 unknown'], [3]])
})
test('C15 what could not be written, since the connection is about to go, waits for the next', () => {
  const { queue, flight, told, left } = flying(2)
  queue.written(flight, [undefined, new RoomfulError('DISCONNECTED', 'not connected')])
  expect([told(), left(), queue.session]).toEqual([['1 unknown', '2 queued'], [2, 3], undefined])
})
