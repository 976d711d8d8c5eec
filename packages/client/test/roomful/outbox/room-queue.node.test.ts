import type { PublishAnswer } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import type { Message, Outcome } from '../../../src/roomful/outbox/message.ts'
import type { Batch, RoomQueueOutput, Session } from '../../../src/roomful/outbox/outbox-steps.ts'
import { RoomQueue } from '../../../src/roomful/outbox/room-queue.ts'
import { answer, EPOCH, idOf, message, session, wordsOf, yes } from './support/scripted-outbox.ts'

const numbersIn = (messages: Iterable<Message>): number[] => Array.from(messages, ({ n }) => n)

/** A queue of a joined room, with these messages. */
function queueOf(messages: readonly Message[], now: Session = session) {
  const queue = new RoomQueue('general')
  queue.add(messages, false)
  queue.session = now
  return {
    queue,
    left: () => numbersIn(queue.messages),
    /** Sends the first `count` messages as one batch. */
    send(count: number): Batch {
      const batch = [...queue.messages].slice(0, count)
      const firstSent = new Set(batch.filter(({ sentAt }) => sentAt === undefined))
      for (const each of batch) each.sentAt ??= 5
      queue.session = now
      queue.wake()
      return (queue.batch = { room: 'general', epoch: EPOCH, messages: batch, firstSent, isSent: true })
    },
    /** The numbers of the batch that would go next. */
    next(): number[] {
      queue.wake()
      queue.batch = undefined
      queue.session = now
      queue.makeBatch('ada')
      const { messages: batch = [] } = (queue.batch ?? {}) as Partial<Batch>
      queue.batch = undefined
      return numbersIn(batch)
    },
  }
}
function sending(count: number) {
  const parts = queueOf([message(1), message(2), message(3)])
  return { ...parts, batch: parts.send(count) }
}
const settledIn = (outputs: readonly RoomQueueOutput[]): string[] =>
  outputs.flatMap((output) => (output.type === 'settled' ? (wordsOf(output) ?? []) : []))
const queuedIn = (outputs: readonly RoomQueueOutput[]): number[] =>
  outputs.flatMap((output) => (output.type === 'queued' ? output.message.n : []))
const waitsIn = (outputs: readonly RoomQueueOutput[]) =>
  outputs.flatMap((output) => (output.type === 'wait' ? { ms: output.ms, rejoin: output.rejoin } : []))

describe('C4 OB4 the next batch', () => {
  const others = message(9, { user: 'bob' })
  const big = (n: number) => message(n, { bytes: 400 })
  test.each<[title: string, messages: Message[], parts: Partial<Session>, batch: number[]]>([
    ['holds all messages if they fit', [message(1), message(2)], {}, [1, 2]],
    ['holds as many messages as the server takes', [1, 2, 3].map((n) => message(n)), { batchItems: 2 }, [1, 2]],
    [
      'holds as many bytes as the server takes, the envelopes included',
      [1, 2, 3].map(big),
      { batchBytes: 1_200 },
      [1, 2],
    ],
    ['holds a single message that is larger than that', [big(1), message(2)], { batchBytes: 300 }, [1]],
    ['holds messages of one page', [message(7, { cid: 'page-old' }), message(1)], {}, [7]],
    ['holds messages of one user, from the first one on', [others, message(1), others, message(2)], {}, [1, 2]],
  ])('%s', (_title, messages, parts, batch) => {
    expect(queueOf(messages, { ...session, ...parts }).next()).toEqual(batch)
  })
})

describe('C6 OB6 an answer', () => {
  const no = { code: 'MUTED', message: 'you are muted' }
  test.each<[title: string, said: PublishAnswer, settled: string[], left: number[]]>([
    [
      'settles messages by index',
      answer([...yes(1), no, ...yes(1, 2)]),
      ['1 confirmed 1', '2 rejected MUTED', '3 confirmed 2'],
      [],
    ],
    [
      'STALE means that the outcome is unknown',
      answer([{ code: 'STALE' }, ...yes(2)]),
      ['1 unknown STALE', '2 confirmed 1', '3 confirmed 2'],
      [],
    ],
    ['may have too many results', answer(yes(5)), ['1 confirmed 1', '2 confirmed 2', '3 confirmed 3'], []],
    [
      'may refuse the rest for good',
      answer(yes(1), { code: 'FORBIDDEN' }),
      ['1 confirmed 1', '2 rejected FORBIDDEN', '3 rejected FORBIDDEN'],
      [],
    ],
    ['without a reason refuses the rest', answer(yes(2)), ['1 confirmed 1', '2 confirmed 2', '3 rejected REFUSED'], []],
    ['about another epoch is ignored', answer(yes(3), { epoch: 'epoch-two' }), [], [1, 2, 3]],
    [
      'C7 with a passing code settles the messages before it',
      answer([no], { code: 'RATE' }),
      ['1 rejected MUTED'],
      [2, 3],
    ],
  ])('%s', (_title, said, settled, rest) => {
    const { queue, batch, left } = sending(3)
    expect([settledIn(queue.answer(batch, said)), left(), queue.batch]).toEqual([settled, rest, undefined])
  })
  test('gives the error the code and message of the server', () => {
    const { queue, batch } = sending(3)
    const [first] = queue.answer(batch, answer([no, ...yes(2)])) as { outcome?: Outcome }[]
    expect(first?.outcome).toMatchObject({ error: { code: 'MUTED', message: 'you are muted', refusal: no } })
  })
  test('to a settled message is ignored', () => {
    const { queue, batch, left } = sending(3)
    queue.answer(batch, answer(yes(3)))
    expect([queue.answer(batch, answer([no, no, no])), left()]).toEqual([[], []])
  })
  test('to a batch that was sent again settles its messages, and the new batch stays under way', () => {
    const { queue, batch, send, left } = sending(3)
    const again = send(3)
    expect(queue.answer(batch, answer(yes(3), { epoch: 'epoch-two' }))).toEqual([])
    expect([left(), queue.batch]).toEqual([[1, 2, 3], again])
    const outputs = queue.answer(batch, answer(yes(2), { code: 'RATE' }))
    expect(outputs.map(wordsOf)).toEqual(['1 confirmed 1', '2 confirmed 2'])
    expect([left(), queue.batch]).toEqual([[3], again])
  })
  test('that leaves messages puts them back into the queue', () => {
    const { queue, batch } = sending(2)
    const outputs = queue.answer(batch, answer(yes(1), { code: 'RATE' }))
    expect([settledIn(outputs), queuedIn(outputs)]).toEqual([['1 confirmed 1'], [2]])
  })
  test('C9 that refuses all makes messages that were sent before unknown', () => {
    const { queue, send } = queueOf([message(1, { sentAt: 5 }), message(2)])
    const outputs = queue.answer(send(2), answer([], { code: 'FORBIDDEN' }))
    expect(settledIn(outputs)).toEqual(['1 unknown UNKNOWN', '2 rejected FORBIDDEN'])
  })
})

describe('C7 OB7 a passing refusal', () => {
  test.each<[code: string, after: number | undefined, wait: { ms: number; rejoin: boolean }]>([
    ['RATE', 700, { ms: 700, rejoin: false }],
    ['RATE', Number.MAX_SAFE_INTEGER, { ms: 300_000, rejoin: false }],
    ['UNAVAILABLE', undefined, { ms: 0, rejoin: false }],
    ['LIMIT', 0, { ms: 0, rejoin: false }],
    ['CLOSING', 50, { ms: 50, rejoin: false }],
    ['MORE', 0, { ms: 0, rejoin: false }],
    ['EPOCH', undefined, { ms: 0, rejoin: true }],
    ['NOT_MEMBER', undefined, { ms: 0, rejoin: true }],
  ])('%s, after %s, keeps the rest and waits', (code, after, wait) => {
    const { queue, batch, left } = sending(2)
    const outputs = queue.answer(batch, answer(yes(1), { code, ...(after !== undefined && { after }) }))
    expect([waitsIn(outputs), left(), queue.session === undefined]).toEqual([[wait], [2, 3], wait.rejoin])
    queue.session = session
    expect(queue.isIdle).toBe(false)
    queue.wake()
    expect(queue.isIdle).toBe(true)
  })
  test('an answer about another epoch makes the room join again', () => {
    const { queue, batch } = sending(2)
    expect(waitsIn(queue.answer(batch, answer(yes(2), { epoch: 'epoch-two' })))).toEqual([{ ms: 0, rejoin: true }])
  })
  test('that repeats without a wait of its own is answered by longer and longer waits, until a message is settled', () => {
    const { queue, send } = queueOf([message(1), message(2), message(3)])
    const waitAfter = (count: number, said: PublishAnswer) =>
      waitsIn(queue.answer(send(count), said)).map(({ ms }) => ms)
    const waits = Array.from({ length: 9 }, () => waitAfter(2, answer([], { code: 'RATE' }))).flat()
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    expect(waitAfter(2, answer(yes(1), { code: 'MORE' }))).toEqual([0])
    expect(waitAfter(2, answer([], { code: 'RATE' }))).toEqual([0])
    expect(waitAfter(1, answer(yes(1)))).toEqual([])
    expect(waitAfter(1, answer([], { code: 'RATE' }))).toEqual([0])
  })
  test('makes a message that this batch alone has carried count as never sent', () => {
    const { queue, send } = queueOf([message(1, { sentAt: 5 }), message(2), message(3)])
    queue.answer(send(3), answer([], { code: 'RATE' }))
    expect([...queue.messages].map(({ sentAt }) => sentAt)).toEqual([5, undefined, undefined])
  })
  test('UNAVAILABLE without a result leaves the messages marked as sent: the log may have them', () => {
    const { queue, send } = queueOf([message(1), message(2), message(3)])
    queue.answer(send(3), answer([], { code: 'UNAVAILABLE' }))
    expect([...queue.messages].map(({ sentAt }) => sentAt)).toEqual([5, 5, 5])
    queue.answer(send(3), answer([], { code: 'RATE' }))
    expect([...queue.messages].map(({ sentAt }) => sentAt)).toEqual([5, 5, 5])
  })
  test('UNAVAILABLE behind a result follows a commit that succeeded: the rest counts as never sent', () => {
    const { queue, send } = queueOf([message(1), message(2)])
    queue.answer(send(2), answer(yes(1), { code: 'UNAVAILABLE' }))
    expect([...queue.messages].map(({ sentAt }) => sentAt)).toEqual([undefined])
  })
  test('of one of two batches leaves its messages marked as sent', () => {
    const { queue, send, batch } = sending(2)
    const again = send(2)
    queue.answer(batch, answer([], { code: 'RATE' }))
    queue.answer(again, answer([], { code: 'RATE' }))
    expect([...queue.messages].map(({ sentAt }) => sentAt)).toEqual([5, 5, undefined])
  })
})

describe('C5 OB6 without an answer', () => {
  test('in time, the same messages are sent again on the same connection', () => {
    const { queue, batch, left, next } = sending(2)
    const outputs = queue.noAnswer(batch)
    expect([queuedIn(outputs), waitsIn(outputs), queue.batch]).toEqual([[1, 2], [{ ms: 0, rejoin: false }], undefined])
    expect(queue.noAnswer(batch)).toEqual([])
    expect([left(), next()]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
    expect([...queue.messages].map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(3)])
  })
  test('before the connection ends, they are kept, and nothing goes until the room is joined', () => {
    const { queue, left } = sending(2)
    expect(queuedIn(queue.close(false))).toEqual([1, 2])
    expect([left(), queue.isIdle, queue.batch]).toEqual([[1, 2, 3], false, undefined])
  })
})

describe('C19 OB13 a message that seems to end connections', () => {
  const start = () => {
    const parts = queueOf([message(1), message(2), message(3)])
    /** Sends so many, and the connection ends; so many times. */
    const breakConnection = (count: number, times: number, isOwn = false): string[] =>
      Array.from({ length: times }, () => {
        parts.send(count)
        return settledIn(parts.queue.close(isOwn))
      }).flat()
    return { ...parts, breakConnection }
  }

  test('is looked for one message at a time after three broken connections', () => {
    const { breakConnection, next } = start()
    breakConnection(2, 2)
    expect(next()).toEqual([1, 2, 3])
    expect(breakConnection(2, 1)).toEqual([])
    expect(next()).toEqual([1])
  })
  test('ends as unknown after three more with it alone, and the next one goes', () => {
    const { breakConnection, left, next } = start()
    breakConnection(2, 3)
    expect([breakConnection(1, 3), left(), next()]).toEqual([['1 unknown UNKNOWN'], [2, 3], [2]])
    expect([breakConnection(1, 3), next()]).toEqual([['2 unknown UNKNOWN'], [3]])
  })
  test('is no longer looked for after an answer', () => {
    const { queue, breakConnection, send, next } = start()
    breakConnection(1, 3)
    breakConnection(1, 2)
    queue.answer(send(1), answer(yes(1)))
    expect(next()).toEqual([2, 3])
    breakConnection(2, 2)
    expect(next()).toEqual([2, 3])
  })
  test('is not suspected where this page ended the connection', () => {
    const { breakConnection, next } = start()
    breakConnection(1, 3, true)
    expect(next()).toEqual([1, 2, 3])
  })
  test('is not suspected where it was not sent', () => {
    const { queue, send, next } = start()
    for (let times = 0; times < 3; times += 1) {
      send(1).isSent = false
      queue.close(false)
      queue.close(false)
    }
    expect(next()).toEqual([1, 2, 3])
  })
})
