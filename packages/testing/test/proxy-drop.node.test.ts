import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { echo, eventually, letTimePass, open, startProxy, startServer } from './support/tcp.ts'

/** A server that remembers what it heard, and speaks when told to. */
async function startScript() {
  const heard: string[] = []
  const fates: string[] = []
  const sockets: Socket[] = []
  const port = await startServer((socket) => {
    sockets.push(socket)
    socket.on('data', (chunk) => heard.push(String(chunk)))
    socket.on('end', () => fates.push('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => fates.push(error.code ?? error.message))
  })
  const say = (text: string): void => sockets.forEach((socket) => socket.write(text))
  return { proxy: await startProxy(port), heard: () => heard.join(''), fates, say }
}

test('drop loses what goes to the server, and lets its words through; pass closes what lost bytes', async () => {
  const { proxy, heard, say } = await startScript()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(heard()).toBe('1'))

  proxy.drop('toServer')
  peer.socket.write('2')
  say('a')
  await eventually(() => expect(peer.received()).toBe('a'))
  await letTimePass()
  proxy.pass()
  await eventually(() => expect(peer.fate()).toBeDefined())
  expect(heard()).toBe('1')
  expect(proxy.connections).toBe(0)
})

test('drop loses what goes to the client, and lets its words through; pass closes what lost bytes', async () => {
  const { proxy, heard, fates, say } = await startScript()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(heard()).toBe('1'))

  proxy.drop('toClient')
  say('a')
  peer.socket.write('2')
  await eventually(() => expect(heard()).toBe('12'))
  await letTimePass()
  proxy.pass()
  await eventually(() => expect(fates).toHaveLength(1))
  expect(peer.received()).toBe('')
})

test('a connection that lost nothing goes on after pass', async () => {
  const { proxy, heard, say } = await startScript()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(heard()).toBe('1'))
  proxy.drop('toClient')
  peer.socket.write('2')
  await eventually(() => expect(heard()).toBe('12'))
  proxy.pass()
  peer.socket.write('3')
  say('a')
  await eventually(() => expect(heard()).toBe('123'))
  await eventually(() => expect(peer.received()).toBe('a'))
})

test('drop holds for new connections, in both directions where both were asked for, and outlives a stall', async () => {
  const { proxy, heard, say } = await startScript()
  proxy.drop('toServer')
  proxy.drop('toClient')
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(proxy.connections).toBe(1))
  await letTimePass()
  say('a')
  proxy.stall()
  await letTimePass()
  expect([heard(), peer.received(), peer.fate()]).toEqual(['', '', undefined])
  proxy.pass()
  await eventually(() => expect(peer.fate()).toBeDefined())
  expect([heard(), peer.received()]).toEqual(['', ''])
})

test('what a stall holds is not lost, also where a drop came before it', async () => {
  const { proxy, heard } = await startScript()
  const peer = open(proxy.port)
  peer.socket.write('1')
  await eventually(() => expect(heard()).toBe('1'))
  proxy.drop('toServer')
  proxy.stall()
  peer.socket.write('2')
  await letTimePass()
  proxy.pass()
  await eventually(() => expect(heard()).toBe('12'))
})

test('an end and a reset are lost like bytes: the server hears neither before pass', async () => {
  const { proxy, heard, fates } = await startScript()
  const [polite, rude] = [open(proxy.port), open(proxy.port)]
  for (const peer of [polite, rude]) peer.socket.write('x')
  await eventually(() => expect(heard()).toBe('xx'))
  proxy.drop('toServer')
  polite.socket.end()
  rude.socket.resetAndDestroy()
  await letTimePass()
  expect(fates).toEqual([])
  proxy.pass()
  await eventually(() => expect(fates.toSorted()).toEqual(['ECONNRESET', 'end']))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test('lost bytes are not hoarded: who sends is never slowed down', async () => {
  const { proxy, heard } = await startScript()
  proxy.drop('toServer')
  const { socket } = open(proxy.port)
  let taken = 0
  const chunk = Buffer.alloc(131_072)
  for (let sent = 0; sent < 512; sent++) socket.write(chunk, () => (taken += 1))
  await eventually(() => expect(taken).toBe(512))
  expect(heard()).toBe('')
})

test('another direction is refused with a sentence', async () => {
  const proxy = await startProxy(await startServer(echo))
  expect(() => proxy.drop('up' as 'toServer')).toThrow(
    new RangeError("proxy: a direction must be 'toServer' or 'toClient', got up"),
  )
})
