import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { messageId, type Message, type Settled } from '../../src/outbox/message.ts'
import {
  answered,
  closed,
  emptyQueue,
  type Flight,
  nextBatch,
  opened,
  type QueueStep,
  type RoomQueue,
  unanswered,
  woken,
  written,
} from '../../src/outbox/room-queue.ts'
import { answer, EPOCH, message, session, yes } from './support/scripted-outbox.ts'

const SENT = { sentAt: 5 }
const queueOf = (messages: readonly Message[], parts: Partial<RoomQueue> = {}): RoomQueue => ({
  ...emptyQueue,
  messages,
  session,
  ...parts,
})
/** A queue whose first `count` messages are on their way. */
function flying(count: number, messages = [message(1), message(2), message(3)]) {
  const flight: Flight = { id: 7, epoch: EPOCH, messages: messages.slice(0, count), isSent: true }
  return {
    flight,
    queue: queueOf(
      messages.map((each, index) => (index < count ? { ...each, ...SENT } : each)),
      { flight },
    ),
  }
}
const numbersIn = (messages: readonly Message[]) => messages.map(({ n }) => n)
const inWords = (settled: readonly Settled[]) =>
  settled.map(({ message: { n }, outcome }) =>
    [n, outcome.state, outcome.state === 'confirmed' ? outcome.seq : outcome.error?.code].join(' ').trim(),
  )
const left = ({ queue }: QueueStep) => numbersIn(queue.messages)

describe('C4 the next batch', () => {
  const others = message(9, { user: 'bob' })
  const big = (n: number) => message(n, { bytes: 400 })
  test.each<[name: string, queue: RoomQueue, batch: number[]]>([
    ['is all that waits, where that is little', queueOf([message(1), message(2)]), [1, 2]],
    [
      'has as many as the server takes',
      queueOf(
        [1, 2, 3].map((n) => message(n)),
        { session: { ...session, batchItems: 2 } },
      ),
      [1, 2],
    ],
    [
      'has as many bytes as the server takes, with what is around them',
      queueOf([1, 2, 3].map(big), { session: { ...session, batchBytes: 1_200 } }),
      [1, 2],
    ],
    [
      'is one alone that is larger than that',
      queueOf([big(1), message(2)], { session: { ...session, batchBytes: 300 } }),
      [1],
    ],
    ['is of one page', queueOf([message(7, { cid: 'page-old' }), message(1)]), [7]],
    ['begins with the first of ours', queueOf([others, message(1), others, message(2)]), [1, 2]],
    ['C19 is one alone, of those that may end connections', queueOf([message(1), message(2)], { suspects: 1 }), [1]],
  ])('%s', (_name, queue, batch) => {
    expect(numbersIn(nextBatch(queue, queue.session ?? session, ({ user }) => user === 'ada'))).toEqual(batch)
  })
})

describe('C6 an answer', () => {
  const no = { code: 'MUTED', message: 'you are muted' }
  const three = flying(3)
  test.each<[name: string, said: Parameters<typeof answered>[2], settled: string[], left: number[]]>([
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
    const step = answered(three.queue, three.flight, said)
    expect([inWords(step.settled), left(step), step.queue.flight]).toEqual([settled, rest, undefined])
  })
  test('carries the server’s own words', () => {
    const { outcome } = answered(three.queue, three.flight, answer([no, ...yes(2)])).settled[0]!
    expect(outcome).toMatchObject({ error: { code: 'MUTED', message: 'you are muted', refusal: no } })
  })
  test('the first one wins', () => {
    const once = answered(three.queue, three.flight, answer(yes(3)))
    const twice = answered(once.queue, three.flight, answer([no, no, no]))
    expect([twice.settled, twice.queue.messages]).toEqual([[], []])
  })
  test('to a batch that was sent again settles what it knows of, and leaves the new one on its way', () => {
    const again: Flight = { ...three.flight, id: 8 }
    const queue = { ...three.queue, flight: again }
    const step = answered(queue, three.flight, answer(yes(2), { code: 'RATE' }))
    expect([inWords(step.settled), left(step), step.wait]).toEqual([['1 confirmed 1', '2 confirmed 2'], [3], undefined])
    expect(step.queue.flight).toBe(again)
    expect(answered(queue, three.flight, answer(yes(3), { epoch: 'epoch-two' })).queue).toBe(queue)
  })
  test('C9 a refusal for good of what was sent before cannot say what became of that', () => {
    const { queue, flight } = flying(2, [message(1, SENT), message(2)])
    const step = answered(queue, flight, answer([], { code: 'FORBIDDEN' }))
    expect(inWords(step.settled)).toEqual(['1 unknown UNKNOWN', '2 rejected FORBIDDEN'])
  })
})

describe('C7 a refusal that passes', () => {
  const { queue, flight } = flying(2)
  test.each<[code: string, after: number | undefined, wait: QueueStep['wait'], isOpen: boolean]>([
    ['RATE', 700, { ms: 700, rejoin: false }, true],
    ['RATE', Number.MAX_SAFE_INTEGER, { ms: 300_000, rejoin: false }, true],
    ['UNAVAILABLE', undefined, { ms: 0, rejoin: false }, true],
    ['LIMIT', 0, { ms: 0, rejoin: false }, true],
    ['CLOSING', 50, { ms: 50, rejoin: false }, true],
    ['MORE', 0, { ms: 0, rejoin: false }, true],
    ['EPOCH', undefined, { ms: 0, rejoin: true }, false],
    ['NOT_MEMBER', undefined, { ms: 0, rejoin: true }, false],
  ])('%s, after %s', (code, after, wait, isOpen) => {
    const step = answered(queue, flight, answer(yes(1), { code, ...(after !== undefined && { after }) }))
    expect([step.wait, left(step), step.queue.isWaiting]).toEqual([wait, [2, 3], true])
    expect(step.queue.session !== undefined).toBe(isOpen)
    expect([woken(step.queue), opened(step.queue, session)].map((next) => next.queue.isWaiting)).toEqual([false, true])
  })
  test('an answer of another epoch joins again', () => {
    expect(answered(queue, flight, answer(yes(2), { epoch: 'epoch-two' })).wait).toEqual({ ms: 0, rejoin: true })
  })
  test('again and again, without a wait of its own: less and less often, until something is taken', () => {
    const waits: (number | undefined)[] = []
    let now = queue
    for (let times = 0; times < 9; times += 1) {
      const step = answered({ ...now, flight }, flight, answer([], { code: 'RATE' }))
      waits.push(step.wait?.ms)
      now = step.queue
    }
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    expect(answered({ ...now, flight }, flight, answer(yes(1), { code: 'MORE' })).wait?.ms).toBe(0)
    expect(answered({ ...now, flight }, flight, answer(yes(2))).queue.fruitless).toBe(0)
  })
})

describe('C5 no answer', () => {
  test('in time, on a connection that goes on: sent again, with the same keys', () => {
    const { queue, flight } = flying(2)
    const step = unanswered(queue, flight)
    expect([left(step), step.wait, step.queue.flight]).toEqual([[1, 2, 3], { ms: 0, rejoin: false }, undefined])
    expect(nextBatch(step.queue, session, () => true).map(messageId)).toEqual([
      'page-one:1',
      'page-one:2',
      'page-one:3',
    ])
    expect(unanswered(step.queue, flight).queue).toBe(step.queue)
  })
  test('before the connection ended: kept, and nothing goes until we are let in again', () => {
    const step = closed(flying(2).queue, false)
    expect([left(step), step.settled, step.queue.session, step.queue.flight]).toEqual([
      [1, 2, 3],
      [],
      undefined,
      undefined,
    ])
  })
})

describe('C19 what ends connections', () => {
  /** The same messages are on their way, and the connection ends. */
  const die = (queue: RoomQueue, count: number): QueueStep => {
    const messages = queue.messages.slice(0, count)
    return closed({ ...queue, session, flight: { id: 1, epoch: EPOCH, messages, isSent: true } }, false)
  }
  const thrice = (queue: RoomQueue, count: number) => die(die(die(queue, count).queue, count).queue, count)
  const two = queueOf([message(1, SENT), message(2, SENT), message(3)])

  test('three times the same batch: its messages go alone from now on', () => {
    const step = thrice(two, 2)
    expect([step.settled, step.queue.suspects, step.queue.deaths]).toEqual([[], 2, 0])
  })
  test('three times more with one alone: its end is unknown, and the next goes', () => {
    const step = thrice(thrice(two, 2).queue, 1)
    expect([inWords(step.settled), left(step), step.queue.suspects]).toEqual([['1 unknown UNKNOWN'], [2, 3], 1])
  })
  test('an answer ends the suspicion', () => {
    const { queue, flight } = flying(1, [message(1, SENT), message(2)])
    const step = answered({ ...queue, deaths: 2, suspects: 1 }, flight, answer(yes(1)))
    expect([step.queue.deaths, step.queue.suspects]).toEqual([0, 0])
  })
  test('a connection that we ended ourselves does not count', () => {
    const { queue } = flying(1)
    expect(closed(queue, true).queue.deaths).toBe(0)
  })
  test('connections that end with nothing on its way do not count', () => {
    const { queue } = flying(1)
    const notSent = { ...queue, flight: { ...queue.flight!, isSent: false } }
    expect([closed(notSent, false), closed(two, false)].map((step) => step.queue.deaths)).toEqual([0, 0])
  })
})

test('C15 a plain server’s batch ends as it was written: it will not say more', () => {
  const { queue, flight } = flying(2)
  const step = written(queue, flight, [new RoomfulError('INVALID_ARGUMENT', 'no object'), undefined])
  expect([inWords(step.settled), left(step)]).toEqual([['1 rejected INVALID_ARGUMENT', '2 unknown'], [3]])
})
test('C15 what could not be written, since the connection is about to go, waits for the next', () => {
  const { queue, flight } = flying(2)
  const step = written(queue, flight, [undefined, new RoomfulError('DISCONNECTED', 'not connected')])
  expect([inWords(step.settled), left(step), step.queue.session]).toEqual([['1 unknown'], [2, 3], undefined])
})
