import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { Sender } from '../../src/events/sender.ts'
import { createReporting } from '../../src/reporting.ts'

/** A sender over a connection that accepts `room` more packets. */
function createQueue(limit = 3) {
  const sent: string[] = []
  const dropped: string[] = []
  const link = { room: Infinity }
  /** Called while an event of that name is written. */
  const during: Record<string, () => void> = {}
  const queue = new Sender(
    {
      open() {},
      close() {},
      cut() {},
      checkAlive() {},
      isReady: () => link.room > 0,
      isCongested: () => false,
      emit(event) {
        if (event.startsWith('bad')) throw new Error('it has no encoding')
        link.room -= 1
        sent.push(event)
        during[event]?.()
      },
      copy: (args) => [...args],
      emitWithAck: (event) => {
        sent.push(event)
        return () => {}
      },
    },
    limit,
    createReporting({
      inspect: () => {},
      onError: () => {},
      onInvalid: () => {},
      onDrop: ({ event, error }) => void dropped.push(`${event}:${error.code}`),
    }),
  )
  return {
    queue,
    sent,
    dropped,
    link,
    during,
    add: (event: string) => queue.emit(event, []),
    ask: (event: string, signal?: AbortSignal) =>
      queue.request(event, [], { timeoutMs: 60_000, ...(signal && { signal }) }).catch((error: unknown) => error),
  }
}

describe('EM1 the queue', () => {
  test('keeps the order of emits, and an open one sends at once', () => {
    const { queue, sent, add } = createQueue()
    add('a')
    add('b')
    expect(sent).toEqual([])
    queue.open()
    add('c')
    expect(sent).toEqual(['a', 'b', 'c'])
  })

  test('has a limit: one more emit is dropped and reported, and changes nothing else', () => {
    const { queue, sent, dropped, add } = createQueue(2)
    add('a')
    add('b')
    expect([add('c'), dropped]).toEqual([false, ['c:QUEUE_FULL']])
    expect(queue.queued.getState()).toBe(2)
    queue.open()
    expect(sent).toEqual(['a', 'b'])
  })

  test('has space again after an abort', () => {
    const { queue, sent, ask, add } = createQueue(2)
    const first = new AbortController()
    void ask('a', first.signal)
    add('b')
    first.abort()
    first.abort()
    add('c')
    queue.open()
    expect(sent).toEqual(['b', 'c'])
  })

  test('accepts emits again after it was closed', () => {
    const { queue, sent, add } = createQueue()
    queue.open()
    queue.close()
    add('a')
    expect(sent).toEqual([])
    queue.open()
    expect(sent).toEqual(['a'])
  })
})

describe('EM2 the queue is sent when it opens', () => {
  test('and stops where the connection is lost; the rest is sent later', () => {
    const { queue, sent, link, add } = createQueue(9)
    for (const event of ['a', 'b', 'c']) add(event)
    link.room = 1
    queue.open()
    add('d')
    expect(sent).toEqual(['a'])
    link.room = Infinity
    queue.open()
    expect(sent).toEqual(['a', 'b', 'c', 'd'])
  })

  test('and an emit meanwhile is sent after it', () => {
    const { queue, sent, during, add } = createQueue()
    during['a'] = () => add('meanwhile')
    add('a')
    add('b')
    queue.open()
    expect(sent).toEqual(['a', 'b', 'meanwhile'])
  })
})

test('EM9 data that cannot be encoded is dropped, and the rest of the queue is sent', () => {
  const { queue, sent, dropped, add } = createQueue()
  add('a')
  add('bad')
  add('b')
  queue.open()
  expect(sent).toEqual(['a', 'b'])
  expect(dropped).toEqual(['bad:INVALID_ARGUMENT'])
  expect(() => add('bad')).toThrow('the data of "bad" cannot be encoded')
})

test('EM8 clearing the queue drops every emit in order', async () => {
  const { queue, sent, dropped, add, ask } = createQueue()
  add('a')
  const answer = ask('b')
  queue.clear(new RoomfulError('DISCONNECTED', 'disconnect() was called'))
  queue.open()
  expect(dropped).toEqual(['a:DISCONNECTED', 'b:DISCONNECTED'])
  await expect(answer).resolves.toMatchObject({ code: 'DISCONNECTED' })
  expect(sent).toEqual([])
})

test('EM2 an emit that ends the connection leaves the queue closed', () => {
  const { queue, sent, during, add } = createQueue()
  during['last'] = () => queue.close()
  add('last')
  queue.open()
  add('early')
  expect(sent).toEqual(['last'])
})
