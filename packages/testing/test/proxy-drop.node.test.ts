import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { echo, eventually, waitForRoundTrips, open, startProxy, startServer } from './support/tcp.ts'

/** Starts a proxy before a server that records what it receives, and sends text on demand. */
async function startRecorder() {
  const received: string[] = []
  const endings: string[] = []
  const sockets: Socket[] = []
  const port = await startServer((socket) => {
    sockets.push(socket)
    socket.on('data', (chunk) => received.push(String(chunk)))
    socket.on('end', () => endings.push('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => endings.push(error.code ?? error.message))
  })
  const send = (text: string): void => sockets.forEach((socket) => socket.write(text))
  return { proxy: await startProxy(port), received: () => received.join(''), endings, send }
}

test('drop(toServer) discards bytes to the server only, and pass closes connections that lost bytes', async () => {
  const { proxy, received, send } = await startRecorder()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(received()).toBe('1'))

  proxy.drop('toServer')
  peer.socket.write('2')
  send('a')
  await eventually(() => expect(peer.received()).toBe('a'))
  await waitForRoundTrips()
  proxy.pass()
  await eventually(() => expect(peer.ended()).toBeDefined())
  expect(received()).toBe('1')
  expect(proxy.connections).toBe(0)
})

test('drop(toClient) discards bytes to the client only, and pass closes connections that lost bytes', async () => {
  const { proxy, received, endings, send } = await startRecorder()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(received()).toBe('1'))

  proxy.drop('toClient')
  send('a')
  peer.socket.write('2')
  await eventually(() => expect(received()).toBe('12'))
  await waitForRoundTrips()
  proxy.pass()
  await eventually(() => expect(endings).toHaveLength(1))
  expect(peer.received()).toBe('')
})

test('a connection that lost no bytes continues after pass', async () => {
  const { proxy, received, send } = await startRecorder()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(received()).toBe('1'))
  proxy.drop('toClient')
  peer.socket.write('2')
  await eventually(() => expect(received()).toBe('12'))
  proxy.pass()
  peer.socket.write('3')
  send('a')
  await eventually(() => expect(received()).toBe('123'))
  await eventually(() => expect(peer.received()).toBe('a'))
})

test('drop affects new connections, can affect both directions, and continues after a stall', async () => {
  const { proxy, received, send } = await startRecorder()
  proxy.drop('toServer')
  proxy.drop('toClient')
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(proxy.connections).toBe(1))
  await waitForRoundTrips()
  send('a')
  proxy.stall()
  await waitForRoundTrips()
  expect([received(), peer.received(), peer.ended()]).toEqual(['', '', undefined])
  proxy.pass()
  await eventually(() => expect(peer.ended()).toBeDefined())
  expect([received(), peer.received()]).toEqual(['', ''])
})

test('bytes that a stall holds are not lost, even after a drop', async () => {
  const { proxy, received } = await startRecorder()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(received()).toBe('1'))
  proxy.drop('toServer')
  proxy.stall()
  peer.socket.write('2')
  await waitForRoundTrips()
  proxy.pass()
  await eventually(() => expect(received()).toBe('12'))
})

test('drop hides an end and a reset from the server until pass', async () => {
  const { proxy, received, endings } = await startRecorder()
  const [ending, resetting] = [open(proxy.port), open(proxy.port)]
  for (const peer of [ending, resetting]) peer.socket.write('x')
  await eventually(() => expect(received()).toBe('xx'))
  proxy.drop('toServer')
  ending.socket.end()
  resetting.socket.resetAndDestroy()
  await waitForRoundTrips()
  expect(endings).toEqual([])
  proxy.pass()
  await eventually(() => expect(endings.toSorted()).toEqual(['ECONNRESET', 'end']))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test('dropped bytes are not buffered, and the sender is not slowed down', async () => {
  const { proxy, received } = await startRecorder()
  proxy.drop('toServer')
  const { socket } = open(proxy.port)
  let accepted = 0
  const chunk = Buffer.alloc(131_072)
  for (let sent = 0; sent < 512; sent++) socket.write(chunk, () => (accepted += 1))
  await eventually(() => expect(accepted).toBe(512))
  expect(received()).toBe('')
})

test('an unknown direction is refused with an explanation', async () => {
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.drop('up' as 'toServer')).toThrow(
    new RangeError("proxy: a direction must be 'toServer' or 'toClient', got up"),
  )
})
