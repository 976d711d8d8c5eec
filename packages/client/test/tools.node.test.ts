import { createClient } from '@roomful/client'
import { createClient as createLightClient, type WebSocketClass } from '@roomful/client/light'
import { internalsOf } from '@roomful/client/tools'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'

const url = 'https://tools.example'
const reconnect = { minDelayMs: 1, maxDelayMs: 5 }

test.each([
  ['socket.io-client', () => createClient({ url, reconnect })],
  [
    'a WebSocket',
    () => createLightClient({ url, reconnect, socket: { WebSocket: WebSocket as unknown as WebSocketClass } }),
  ],
] as const)('TO1 over %s: a tool replaces functions of the port, of the handlers, and inspect', async (_, create) => {
  const server = createMockServer({ url })
  onTestFinished(() => server.close())
  await server.listen()
  const reasons: string[] = []
  server.io.on('connection', (socket) => {
    socket.on('disconnect', (reason) => reasons.push(reason))
    socket.on('hello', (name) => socket.emit('greeting', `hello ${name}`))
  })
  const client = create()
  onTestFinished(client.close)
  const { port, handlers, settings } = internalsOf(client)
  const seen: unknown[] = []
  const { emit } = port
  const { packet } = handlers
  port.emit = (event, args, onLost) => emit(event, [`${String(args[0])}!`], onLost)
  handlers.packet = (event, args) => packet(event, [`${String(args[0])}?`])
  settings.inspect = ({ type }) => seen.push(type)
  const greetings: string[] = []
  client.on('greeting', (greeting: string) => greetings.push(greeting))
  client.emit('hello', 'ann')
  await expect.poll(() => greetings).toEqual(['hello ann!?'])
  expect(seen).toEqual(['connection', 'connection', 'out', 'in'])

  port.cut()
  await expect.poll(() => client.status).toBe('reconnecting')
  await client.connect()
  await expect.poll(() => reasons).toEqual(['transport close'])
})

test('TO2 a tool reads the rooms of a client, and why the client is in each', async () => {
  const client = createClient({ url, autoConnect: false })
  onTestFinished(client.close)
  const { rooms } = internalsOf(client)
  const release = client.room('held').retain()
  client.join('joined').catch(() => {})
  const uses = () => rooms.all().map(({ name, use }) => ({ name, ...use }))
  expect(uses()).toEqual([
    { name: 'held', holders: 1, isJoined: false, isNeeded: false },
    { name: 'joined', holders: 0, isJoined: true, isNeeded: false },
  ])
  release()
  expect(uses()[0]).toMatchObject({ name: 'held', holders: 0 })
})

test('TO3 internalsOf refuses anything but a client', () => {
  expect(() => internalsOf({})).toThrow('expected a client of createClient(), got object')
})
