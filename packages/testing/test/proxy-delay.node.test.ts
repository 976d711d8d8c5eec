import { once } from 'node:events'
import { expect, test } from 'vitest'
import { echo, eventually, waitForRoundTrips, open, startProxy, startServer } from './support/tcp.ts'

test('delay delays the bytes in both directions', async () => {
  const proxy = await startProxy(await startServer(echo))
  proxy.delay(150)
  const peer = open(proxy.port)
  const sentAt = performance.now()
  peer.socket.write('x')
  await once(peer.socket, 'data')
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(299)
})

test('delay does not lower the throughput: bytes do not wait for the arrival of earlier bytes', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('.')
  await eventually(() => expect(peer.received()).toBe('.'))

  proxy.delay(1_000)
  const text = 'abcdefghijklmnopqrstuvwxyz'
  for (const letter of text) {
    peer.socket.write(letter)
    await waitForRoundTrips() // otherwise the letters would be sent together
  }
  // If each waited for the one before it, they would take 52 seconds.
  await eventually(() => expect(peer.received()).toBe(`.${text}`))
})

test('a shorter delay, no delay and pass deliver delayed bytes earlier and in order', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  for (const [text, shorten] of [
    ['1', () => proxy.delay(10)],
    ['2', () => proxy.delay(0)],
    ['3', () => proxy.pass()],
  ] as const) {
    const before = peer.received()
    proxy.delay(60_000)
    peer.socket.write(`${text}a`)
    await waitForRoundTrips()
    expect(peer.received()).toBe(before)
    shorten()
    peer.socket.write(`${text}b`)
    await eventually(() => expect(peer.received()).toBe(`${before}${text}a${text}b`))
  }
})

test('an end is delayed like the bytes before it and arrives after them', async () => {
  const proxy = await startProxy(await startServer((socket) => socket.end('the last word')))
  proxy.delay(150)
  const openedAt = performance.now()
  const peer = open(proxy.port)
  await eventually(() => expect(peer.ended()).toBe('end'))
  expect(peer.received()).toBe('the last word')
  expect(performance.now() - openedAt).toBeGreaterThanOrEqual(149)
})

test('stall also holds bytes that are delayed', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  proxy.delay(100)
  peer.socket.write('x')
  proxy.stall()
  proxy.delay(0)
  await waitForRoundTrips()
  expect(peer.received()).toBe('')
  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('x'))
})

test.each([-1, 60_001, Number.NaN, Infinity])('a delay of %s ms is refused with an explanation', async (ms) => {
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.delay(ms)).toThrow(new RangeError(`proxy: a delay must be 0 to 60000 ms, got ${ms}`))
})
