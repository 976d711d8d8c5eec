import { expect, test, vi } from 'vitest'
import { echo, eventually, letTimePass, open, startProxy, startServer } from './support/tcp.ts'

async function startCounted() {
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

test('silence accepts new connections for nobody, keeps the open ones, and ends with the connection closed', async () => {
  const { proxy, peer, accepted } = await startCounted()
  proxy.silence()
  const late = open(proxy.port)
  late.socket.write('is anybody there?')
  await eventually(() => expect(proxy.connections).toBe(2))
  peer.socket.write('2')
  await eventually(() => expect(peer.received()).toBe('12'))
  proxy.delay(0)
  await letTimePass()
  expect([late.received(), late.fate()]).toEqual(['', undefined])
  expect(accepted).toHaveBeenCalledOnce()

  proxy.pass()
  await eventually(() => expect(late.fate()).toBeDefined())
  expect(accepted).toHaveBeenCalledOnce()
  peer.socket.write('3')
  await eventually(() => expect(peer.received()).toBe('123'))
  const next = open(proxy.port)
  next.socket.write('x')
  await eventually(() => expect(next.received()).toBe('x'))
})

test('who gives up on the silence is counted no more', async () => {
  const { proxy } = await startCounted()
  proxy.silence()
  const late = open(proxy.port)
  await eventually(() => expect(proxy.connections).toBe(2))
  late.socket.end()
  await eventually(() => expect(proxy.connections).toBe(1))
})

test('strand holds the open connections only, whatever else changes, and pass hands on what they sent', async () => {
  const { proxy, peer } = await startCounted()
  proxy.strand()
  peer.socket.write('2')
  const next = open(proxy.port)
  next.socket.write('x')
  await eventually(() => expect(next.received()).toBe('x'))
  proxy.delay(0)
  proxy.refuse()
  await letTimePass()
  expect(peer.received()).toBe('1')

  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('12'))
})
