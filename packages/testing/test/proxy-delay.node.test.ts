import { once } from 'node:events'
import { expect, test } from 'vitest'
import { echo, eventually, letTimePass, open, startProxy, startServer } from './support/tcp.ts'

test('delay makes the way longer in both directions', async () => {
  const proxy = await startProxy(await startServer(echo))
  proxy.delay(150)
  const peer = open(proxy.port)
  const sentAt = performance.now()
  peer.socket.write('x')
  await once(peer.socket, 'data')
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(299)
})

test('a delayed connection is as fast as ever: what follows does not wait for what is before it', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('.')
  await eventually(() => expect(peer.received()).toBe('.'))

  proxy.delay(1_000)
  const text = 'abcdefghijklmnopqrstuvwxyz'
  for (const letter of text) {
    peer.socket.write(letter)
    await letTimePass() // else they would travel together
  }
  // One after another, they would take 52 seconds.
  await eventually(() => expect(peer.received()).toBe(`.${text}`))
})

test('a shorter delay, none, and pass hurry what is on its way, and keep its order', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  for (const [text, hurry] of [
    ['1', () => proxy.delay(10)],
    ['2', () => proxy.delay(0)],
    ['3', () => proxy.pass()],
  ] as const) {
    const before = peer.received()
    proxy.delay(60_000)
    peer.socket.write(`${text}a`)
    await letTimePass()
    expect(peer.received()).toBe(before)
    hurry()
    peer.socket.write(`${text}b`)
    await eventually(() => expect(peer.received()).toBe(`${before}${text}a${text}b`))
  }
})

test('an end takes as long as the bytes before it, and does not overtake them', async () => {
  const proxy = await startProxy(await startServer((socket) => socket.end('the last word')))
  proxy.delay(150)
  const openedAt = performance.now()
  const peer = open(proxy.port)
  await eventually(() => expect(peer.fate()).toBe('end'))
  expect(peer.received()).toBe('the last word')
  expect(performance.now() - openedAt).toBeGreaterThanOrEqual(149)
})

test('a stall also stops what a delay had under way', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  proxy.delay(100)
  peer.socket.write('x')
  proxy.stall()
  proxy.delay(0)
  await letTimePass()
  expect(peer.received()).toBe('')
  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('x'))
})

test.each([-1, 60_001, Number.NaN, Infinity])('a delay of %s is refused with a sentence', async (ms) => {
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.delay(ms)).toThrow(new RangeError(`proxy: a delay must be 0 to 60000 ms, got ${ms}`))
})
