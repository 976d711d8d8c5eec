import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { Sender } from '../../src/events/sender.ts'

/** A sender over a connection that takes `room` more packets, if any. */
function createQueue(limit = 3) {
  const sent: string[] = []
  const dropped: string[] = []
  const link = { room: Infinity }
  /** What happens while such an event is written. */
  const during: Record<string, () => void> = {}
  const queue = new Sender(
    {
      open() {},
      close() {},
      isReady: () => link.room > 0,
      isCongested: () => false,
      emit(event) {
        if (event.startsWith('bad')) throw new Error('it has no encoding')
        link.room -= 1
        sent.push(event)
        during[event]?.()
      },
      emitWithAck: (event) => void sent.push(event),
    },
    limit,
    (event) => event.type === 'drop' && dropped.push(`${event.event}:${event.error?.code}`),
  )
  return {
    queue,
    sent,
    dropped,
    link,
    during,
    add: (event: string) => queue.emit(event, []),
    ask: (event: string, signal?: AbortSignal) =>
      queue.ask(event, [], { timeoutMs: 60_000, ...(signal && { signal }) }).catch((error: unknown) => error),
  }
}

describe('EM1 the queue', () => {
  test('keeps the order of what waits, and sends at once when open', () => {
    const { queue, sent, add } = createQueue()
    add('a')
    add('b')
    expect(sent).toEqual([])
    queue.open()
    add('c')
    expect(sent).toEqual(['a', 'b', 'c'])
  })

  test('is bounded: one more throws, says what to do, and changes nothing', () => {
    const { queue, sent, add } = createQueue(2)
    add('a')
    add('b')
    expect(() => add('c')).toThrow('"c" was not sent: 2 emits already wait for the connection (queueLimit)')
    expect(() => add('c')).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }))
    queue.open()
    expect(sent).toEqual(['a', 'b'])
  })

  test('has room again for each that was removed', () => {
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

  test('keeps what a closed one is given', () => {
    const { queue, sent, add } = createQueue()
    queue.open()
    queue.close()
    add('a')
    expect(sent).toEqual([])
    queue.open()
    expect(sent).toEqual(['a'])
  })
})

describe('EM2 what waits goes out when opened', () => {
  test('stops where the connection goes away, and goes on from there', () => {
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

  test('what is given while it flushes waits its turn', () => {
    const { queue, sent, during, add } = createQueue()
    during['a'] = () => add('meanwhile')
    add('a')
    add('b')
    queue.open()
    expect(sent).toEqual(['a', 'b', 'meanwhile'])
  })
})

test('EM9 what cannot be sent at all is dropped, and holds up nothing behind it', () => {
  const { queue, sent, dropped, add } = createQueue()
  add('a')
  add('bad')
  add('b')
  queue.open()
  expect(sent).toEqual(['a', 'b'])
  expect(dropped).toEqual(['bad:INVALID_ARGUMENT'])
  expect(() => add('bad')).toThrow('the data of "bad" cannot be encoded')
})

test('EM8 clearing drops all, in order, and what they do about it does not come back', async () => {
  const { queue, sent, dropped, add, ask } = createQueue()
  add('a')
  const answer = ask('b')
  queue.clear(new RoomfulError('DISCONNECTED', 'disconnect() was called'))
  queue.open()
  expect(dropped).toEqual(['a:DISCONNECTED', 'b:DISCONNECTED'])
  await expect(answer).resolves.toMatchObject({ code: 'DISCONNECTED' })
  expect(sent).toEqual([])
})

test('EM2 sending that ends the connection leaves the queue closed', () => {
  const { queue, sent, during, add } = createQueue()
  during['last'] = () => queue.close()
  add('last')
  queue.open()
  add('early')
  expect(sent).toEqual(['last'])
})
