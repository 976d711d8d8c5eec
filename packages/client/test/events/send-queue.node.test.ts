import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { SendQueue, type Waiting } from '../../src/events/send-queue.ts'

/** A queue before a connection that takes `room` more packets, if any. */
function createQueue(limit = 3) {
  const queue = new SendQueue(limit)
  const sent: string[] = []
  const dropped: string[] = []
  const link = { room: Infinity }
  const item = (event: string): Waiting => ({
    event,
    send() {
      if (event.startsWith('bad')) throw new RoomfulError('INVALID_ARGUMENT', `${event} cannot be encoded`)
      if (link.room <= 0) return false
      link.room -= 1
      sent.push(event)
      return true
    },
    keep() {},
    drop: ({ code }) => void dropped.push(`${event}:${code}`),
  })
  return { queue, sent, dropped, link, item, add: (event: string) => queue.add(item(event)) }
}

describe('EM1 the queue', () => {
  test('keeps the order of what waits, and sends at once when open', () => {
    const { queue, sent, add } = createQueue()
    expect([add('a'), add('b')]).toEqual([false, false])
    expect(sent).toEqual([])
    queue.open()
    expect(add('c')).toBe(true)
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
    const { queue, sent, item, add } = createQueue(2)
    const first = item('a')
    queue.add(first)
    add('b')
    queue.remove(first)
    queue.remove(first)
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
    const { queue, sent, item } = createQueue()
    const first = item('a')
    queue.add({
      ...first,
      send() {
        queue.add(item('meanwhile'))
        return first.send()
      },
    })
    queue.add(item('b'))
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
  expect(() => add('bad')).toThrow('bad cannot be encoded')
})

test('EM8 clearing drops all, in order, and what they do about it does not come back', () => {
  const { queue, sent, dropped, add, item } = createQueue()
  add('a')
  queue.add({
    ...item('b'),
    drop() {
      dropped.push('b')
      queue.remove(item('b'))
    },
  })
  queue.clear(new RoomfulError('DISCONNECTED', 'disconnect() was called'))
  queue.open()
  expect(dropped).toEqual(['a:DISCONNECTED', 'b'])
  expect(sent).toEqual([])
})

test('EM2 sending that ends the connection leaves the queue closed', () => {
  const { queue, sent, add, item } = createQueue()
  queue.add({ ...item('last'), send: () => (sent.push('last'), queue.close(), true) })
  queue.open()
  expect(add('early')).toBe(false)
  expect(sent).toEqual(['last'])
})
