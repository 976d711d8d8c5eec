import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createProxy } from '../src/proxy.ts'
import { echo, eventually, letTimePass, open, startProxy, startServer } from './support/tcp.ts'

test('passes bytes both ways and counts who is connected', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('hello')
  await eventually(() => expect(peer.received()).toBe('hello'))
  expect(proxy.url).toBe(`http://127.0.0.1:${proxy.port}`)
  expect(proxy.connections).toBe(1)

  peer.socket.end()
  await eventually(() => expect(peer.fate()).toBe('end'))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test("hands on the target's end and keeps the client's direction open", async () => {
  let heard = ''
  const port = await startServer((socket) => {
    socket.on('data', (chunk) => (heard += String(chunk)))
    socket.end('no more from here')
  })
  const proxy = await startProxy(port)
  const socket = connect({ port: proxy.port, allowHalfOpen: true })
  socket.resume()
  await once(socket, 'end')
  socket.end('but from there')
  await eventually(() => expect(heard).toBe('but from there'))
})

test("hands on the client's end and keeps the target's direction open", async () => {
  const port = await startServer((socket) => {
    let request = ''
    socket.on('data', (chunk) => (request += String(chunk)))
    socket.on('end', () => socket.end(`answer to ${request}`))
  })
  const peer = open((await startProxy(port)).port)
  peer.socket.end('a question')
  await eventually(() => expect(peer.fate()).toBe('end'))
  expect(peer.received()).toBe('answer to a question')
})

test('cut closes every open connection on both sides and lets new ones in', async () => {
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
  await eventually(() => expect(peers.map((peer) => peer.fate())).toEqual(['end', 'end']))
  await eventually(() => expect(ended).toHaveBeenCalledTimes(2))

  const next = open(proxy.port)
  next.socket.write('again')
  await eventually(() => expect(next.received()).toBe('again'))
})

test('reset is seen as a reset on both sides', async () => {
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
  await eventually(() => expect(peer.fate()).toBe('ECONNRESET'))
  await eventually(() => expect(failed).toHaveBeenCalledWith('ECONNRESET'))
})

test('stall holds what both sides send, and pass hands it on in order', async () => {
  const heard: string[] = []
  let say = (_text: string): void => {}
  const port = await startServer((socket) => {
    socket.on('data', (chunk) => heard.push(String(chunk)))
    say = (text) => socket.write(text)
  })
  const proxy = await startProxy(port)
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(heard.join('')).toBe('1'))

  proxy.stall()
  peer.socket.write('2')
  say('a')
  peer.socket.write('3')
  say('b')
  await letTimePass()
  expect(heard.join('')).toBe('1')
  expect(peer.received()).toBe('')

  proxy.pass()
  peer.socket.write('4')
  await eventually(() => expect(heard.join('')).toBe('1234'))
  await eventually(() => expect(peer.received()).toBe('ab'))
})

test('stall accepts new connections, which reach the target when it passes again', async () => {
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
  await letTimePass()
  expect(accepted).not.toHaveBeenCalled()

  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('early'))
})

test('stall lets in those whom refuse turned away', async () => {
  const proxy = await startProxy(await startServer(echo))
  proxy.refuse()
  proxy.stall()
  const peer = open(proxy.port)
  peer.socket.write('x')
  await eventually(() => expect(proxy.connections).toBe(1))
  proxy.pass()
  await eventually(() => expect(peer.received()).toBe('x'))
})

test('stall hides that a side has gone: by an end, and by a reset', async () => {
  const ended = vi.fn<(how?: string) => void>()
  const port = await startServer((socket) => {
    echo(socket)
    socket.on('end', () => ended('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => ended(error.code))
  })
  const proxy = await startProxy(port)
  const [polite, rude] = [open(proxy.port), open(proxy.port)]
  for (const peer of [polite, rude]) peer.socket.write('x')
  await eventually(() => expect([polite.received(), rude.received()]).toEqual(['x', 'x']))

  proxy.stall()
  polite.socket.end()
  rude.socket.resetAndDestroy()
  await letTimePass()
  expect(ended).not.toHaveBeenCalled()

  proxy.pass()
  await eventually(() => expect(new Set(ended.mock.calls.flat())).toEqual(new Set(['ECONNRESET', 'end'])))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test('refuse turns new connections away and keeps the open ones', async () => {
  const proxy = await startProxy(await startServer(echo))
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(peer.received()).toBe('1'))

  proxy.refuse()
  const refused = open(proxy.port)
  await eventually(() => expect(refused.fate()).toBe('ECONNRESET'))
  peer.socket.write('2')
  await eventually(() => expect(peer.received()).toBe('12'))

  proxy.pass()
  const next = open(proxy.port)
  next.socket.write('in')
  await eventually(() => expect(next.received()).toBe('in'))
})

test('retarget sends new connections to the port where the server came back', async () => {
  const before = await startServer((socket) => socket.end('before'))
  const after = await startServer((socket) => socket.end('after'))
  const proxy = await startProxy(before)
  const first = open(proxy.port)
  await eventually(() => expect(first.received()).toBe('before'))

  proxy.retarget(after)
  const second = open(proxy.port)
  await eventually(() => expect(second.received()).toBe('after'))
})

test('a target that is down is seen as a reset, and the proxy lives', async () => {
  const proxy = await startProxy(await portOfNobody())
  const peer = open(proxy.port)
  await eventually(() => expect(peer.fate()).toBe('ECONNRESET'))
  expect(proxy.connections).toBe(0)

  proxy.retarget(await startServer(echo))
  const next = open(proxy.port)
  next.socket.write('up')
  await eventually(() => expect(next.received()).toBe('up'))
})

test('close ends what is open, stalled or not, and frees the port; a second one does nothing', async () => {
  const proxy = await createProxy({ target: { port: await startServer(echo) } })
  const peer = open(proxy.port)
  peer.socket.write('x')
  await eventually(() => expect(peer.received()).toBe('x'))
  proxy.stall()

  await proxy.close()
  await proxy.close()
  await eventually(() => expect(peer.fate()).toBe('end'))
  const late = open(proxy.port)
  await eventually(() => expect(late.fate()).toBe('ECONNREFUSED'))
})

test.each([0, -1, 65_536, 1.5, Number.NaN])('a target at port %s is refused with a sentence', async (port) => {
  await expect(createProxy({ target: { port } })).rejects.toThrow(
    new RangeError(`proxy: target.port must be a whole number from 1 to 65535, got ${port}`),
  )
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.retarget(port)).toThrow(/the port must be a whole number/)
})

test('a port that is taken is an error of the system', async () => {
  const taken = await startServer(echo)
  await expect(createProxy({ target: { port: taken }, port: taken })).rejects.toThrow(/EADDRINUSE/)
})

async function portOfNobody(): Promise<number> {
  const proxy = await createProxy({ target: { port: 1 } })
  await proxy.close()
  return proxy.port
}
