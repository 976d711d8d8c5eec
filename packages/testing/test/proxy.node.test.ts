import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createProxy } from '../src/proxy.ts'
import { echo, eventually, waitForRoundTrips, open, startProxy, startServer } from './support/tcp.ts'

test('passes bytes in both directions and counts the connected clients', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('hello')
  await eventually(() => expect(peer.received()).toBe('hello'))
  expect(proxy.url).toBe(`http://127.0.0.1:${proxy.port}`)
  expect(proxy.connections).toBe(1)

  peer.socket.end()
  await eventually(() => expect(peer.ended()).toBe('end'))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test("passes on the target's end and keeps the client's direction open", async () => {
  let received = ''
  const port = await startServer((socket) => {
    socket.on('data', (chunk) => (received += String(chunk)))
    socket.end('no more from here')
  })
  const proxy = await startProxy(port)
  const socket = connect({ port: proxy.port, allowHalfOpen: true })
  socket.resume()
  await once(socket, 'end')
  socket.end('but from there')
  await eventually(() => expect(received).toBe('but from there'))
})

test("passes on the client's end and keeps the target's direction open", async () => {
  const port = await startServer((socket) => {
    let request = ''
    socket.on('data', (chunk) => (request += String(chunk)))
    socket.on('end', () => socket.end(`answer to ${request}`))
  })
  const peer = open((await startProxy(port)).port)
  peer.socket.end('a question')
  await eventually(() => expect(peer.ended()).toBe('end'))
  expect(peer.received()).toBe('answer to a question')
})

test('cut closes every open connection on both sides and accepts new ones', async () => {
  const ended = vi.fn<() => void>()
  const port = await startServer((socket) => {
    echo(socket)
    socket.on('close', ended)
  })
  const proxy = await startProxy(port)
  const peers = [open(proxy.port), open(proxy.port)]
  for (const peer of peers) peer.socket.write('x')
  await eventually(() => expect(peers.map((peer) => peer.received())).toEqual(['x', 'x']))

  proxy.cut()
  expect(proxy.connections).toBe(0)
  await eventually(() => expect(peers.map((peer) => peer.ended())).toEqual(['end', 'end']))
  await eventually(() => expect(ended).toHaveBeenCalledTimes(2))

  const next = open(proxy.port)
  next.socket.write('again')
  await eventually(() => expect(next.received()).toBe('again'))
})

test('both sides see a reset as ECONNRESET', async () => {
  const failed = vi.fn<(code?: string) => void>()
  const port = await startServer((socket) => {
    echo(socket)
    socket.on('error', (error: NodeJS.ErrnoException) => failed(error.code))
  })
  const proxy = await startProxy(port)
  const peer = open(proxy.port)
  peer.socket.write('x')
  await eventually(() => expect(peer.received()).toBe('x'))

  proxy.reset()
  await eventually(() => expect(peer.ended()).toBe('ECONNRESET'))
  await eventually(() => expect(failed).toHaveBeenCalledWith('ECONNRESET'))
})

test('stall holds the bytes of both sides, and pass delivers them in order', async () => {
  const received: string[] = []
  let send = (_text: string): void => {}
  const port = await startServer((socket) => {
    socket.on('data', (chunk) => received.push(String(chunk)))
    send = (text) => socket.write(text)
  })
  const proxy = await startProxy(port)
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(received.join('')).toBe('1'))

  proxy.stall()
  peer.socket.write('2')
  send('a')
  peer.socket.write('3')
  send('b')
  await waitForRoundTrips()
  expect(received.join('')).toBe('1')
  expect(peer.received()).toBe('')

  proxy.pass()
  peer.socket.write('4')
  await eventually(() => expect(received.join('')).toBe('1234'))
  await eventually(() => expect(peer.received()).toBe('ab'))
})

test('stall accepts new connections, which reach the target after pass', async () => {
  const accepted = vi.fn<() => void>()
  const port = await startServer((socket) => {
    echo(socket)
    accepted()
  })
  const proxy = await startProxy(port)
  proxy.stall()
  const peer = open(proxy.port)
  peer.socket.write('early')
  await eventually(() => expect(proxy.connections).toBe(1))
  await waitForRoundTrips()
  expect(accepted).not.toHaveBeenCalled()

  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('early'))
})

test('stall ends refuse: new connections are accepted', async () => {
  const proxy = await startProxy(await startServer(echo))
  proxy.refuse()
  proxy.stall()
  const peer = open(proxy.port)
  peer.socket.write('x')
  await eventually(() => expect(proxy.connections).toBe(1))
  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('x'))
})

test('stall hides an end and a reset of one side until pass', async () => {
  const ended = vi.fn<(reason?: string) => void>()
  const port = await startServer((socket) => {
    echo(socket)
    socket.on('end', () => ended('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => ended(error.code))
  })
  const proxy = await startProxy(port)
  const [ending, resetting] = [open(proxy.port), open(proxy.port)]
  for (const peer of [ending, resetting]) peer.socket.write('x')
  await eventually(() => expect([ending.received(), resetting.received()]).toEqual(['x', 'x']))

  proxy.stall()
  ending.socket.end()
  resetting.socket.resetAndDestroy()
  await waitForRoundTrips()
  expect(ended).not.toHaveBeenCalled()

  proxy.pass()
  await eventually(() => expect(new Set(ended.mock.calls.flat())).toEqual(new Set(['ECONNRESET', 'end'])))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test('refuse closes new connections and keeps the open ones', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(peer.received()).toBe('1'))

  proxy.refuse()
  const refused = open(proxy.port)
  await eventually(() => expect(refused.ended()).toBe('ECONNRESET'))
  peer.socket.write('2')
  await eventually(() => expect(peer.received()).toBe('12'))

  proxy.pass()
  const next = open(proxy.port)
  next.socket.write('in')
  await eventually(() => expect(next.received()).toBe('in'))
})

test('retarget connects new clients to another port', async () => {
  const before = await startServer((socket) => socket.end('before'))
  const after = await startServer((socket) => socket.end('after'))
  const proxy = await startProxy(before)
  const first = open(proxy.port)
  await eventually(() => expect(first.received()).toBe('before'))

  proxy.retarget(after)
  const second = open(proxy.port)
  await eventually(() => expect(second.received()).toBe('after'))
})

test('a client gets a reset if the target is down, and the proxy continues', async () => {
  const proxy = await startProxy(await unusedPort())
  const peer = open(proxy.port)
  await eventually(() => expect(peer.ended()).toBe('ECONNRESET'))
  expect(proxy.connections).toBe(0)

  proxy.retarget(await startServer(echo))
  const next = open(proxy.port)
  next.socket.write('up')
  await eventually(() => expect(next.received()).toBe('up'))
})

test('close ends open and stalled connections and frees the port; a second close does nothing', async () => {
  const proxy = await createProxy({ target: { port: await startServer(echo) } })
  const peer = open(proxy.port)
  peer.socket.write('x')
  await eventually(() => expect(peer.received()).toBe('x'))
  proxy.stall()

  await proxy.close()
  await proxy.close()
  await eventually(() => expect(peer.ended()).toBe('end'))
  const late = open(proxy.port)
  await eventually(() => expect(late.ended()).toBe('ECONNREFUSED'))
})

test.each([0, -1, 65_536, 1.5, Number.NaN])('the target port %s is refused with an explanation', async (port) => {
  await expect(createProxy({ target: { port } })).rejects.toThrow(
    new RangeError(`proxy: target.port must be a whole number from 1 to 65535, got ${port}`),
  )
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.retarget(port)).toThrow(/the port must be a whole number/)
})

test('a port in use is reported with the system error', async () => {
  const taken = await startServer(echo)
  await expect(createProxy({ target: { port: taken }, port: taken })).rejects.toThrow(/EADDRINUSE/)
})

async function unusedPort(): Promise<number> {
  const proxy = await createProxy({ target: { port: 1 } })
  await proxy.close()
  return proxy.port
}
