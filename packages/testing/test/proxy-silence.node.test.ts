import { expect, test, vi } from 'vitest'
import { echo, eventually, waitForRoundTrips, open, startProxy, startServer } from './support/tcp.ts'

/** Starts a proxy with one open connection; `accepted` counts the connections that reach the server. */
async function startWithPeer() {
  const accepted = vi.fn<() => void>()
  const port = await startServer((socket) => {
    echo(socket)
    accepted()
  })
  const proxy = await startProxy(port)
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(peer.received()).toBe('1'))
  return { proxy, peer, accepted }
}

test('silence never answers new connections and keeps the open ones; pass closes the unanswered ones', async () => {
  const { proxy, peer, accepted } = await startWithPeer()
  proxy.silence()
  const late = open(proxy.port)
  late.socket.write('hello?')
  await eventually(() => expect(proxy.connections).toBe(2))
  peer.socket.write('2')
  await eventually(() => expect(peer.received()).toBe('12'))
  proxy.delay(0)
  await waitForRoundTrips()
  expect([late.received(), late.ended()]).toEqual(['', undefined])
  expect(accepted).toHaveBeenCalledOnce()

  proxy.pass()
  await eventually(() => expect(late.ended()).toBeDefined())
  expect(accepted).toHaveBeenCalledOnce()
  peer.socket.write('3')
  await eventually(() => expect(peer.received()).toBe('123'))
  const next = open(proxy.port)
  next.socket.write('x')
  await eventually(() => expect(next.received()).toBe('x'))
})

test('a client that closes an unanswered connection is no longer counted', async () => {
  const { proxy } = await startWithPeer()
  proxy.silence()
  const late = open(proxy.port)
  await eventually(() => expect(proxy.connections).toBe(2))
  late.socket.end()
  await eventually(() => expect(proxy.connections).toBe(1))
})

test('strand stalls the open connections only, despite later faults, and pass delivers their bytes', async () => {
  const { proxy, peer } = await startWithPeer()
  proxy.strand()
  peer.socket.write('2')
  const next = open(proxy.port)
  next.socket.write('x')
  await eventually(() => expect(next.received()).toBe('x'))
  proxy.delay(0)
  proxy.refuse()
  await waitForRoundTrips()
  expect(peer.received()).toBe('1')

  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('12'))
})
