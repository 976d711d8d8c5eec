import { EventEmitter } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions } from 'socket.io'
import { expect, onTestFinished, test } from 'vitest'
import { createRooms, type Rooms, type RoomsOptions } from '../src/index.ts'
import { guestChat } from './support/chat.ts'
import { openPolling, openSocketIo, openWebSocket } from './support/raw-clients.ts'
import { SEPARATOR } from './support/raw-polling.ts'
import { received } from './support/raw-web-socket.ts'
import { connectRaw, gate } from './support/start-rooms.ts'

type Order = 'createRooms first' | 'io.attach first'
const orders: readonly Order[] = ['createRooms first', 'io.attach first']

interface Started {
  readonly url: string
  readonly io: Server
  readonly rooms: Rooms<typeof guestChat>
  /** How often the app's `authenticate` was called. */
  readonly asked: () => number
  readonly errors: unknown[]
}

async function start(
  options: Partial<RoomsOptions<typeof guestChat>> = {},
  order: Order = 'io.attach first',
  serverOptions: Partial<ServerOptions> = {},
): Promise<Started> {
  const http = createServer()
  const io = new Server(serverOptions)
  const errors: unknown[] = []
  let asked = 0
  const authenticate = (): { id: string } => ({ id: `user ${++asked}` })
  const make = (): Rooms<typeof guestChat> =>
    createRooms(io, { contract: guestChat, authenticate, onError: (error) => errors.push(error), ...options })
  if (order === 'io.attach first') io.attach(http)
  const rooms = make()
  if (order === 'createRooms first') io.attach(http)
  return { io, rooms, url: await listening(http, io), asked: () => asked, errors }
}

async function listening(http: HttpServer, io: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await io.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function expectServed(url: string): Promise<void> {
  const socket = await openSocketIo(url)
  await received(socket, /^42\["\$hello"/)
}

test.each(orders)(
  'SEC6 CONNECT 300 times in one burst: one user is asked for, and the connection is closed (%s)',
  async (order) => {
    const { url, asked, rooms, io } = await start({}, order)
    const eve = await openWebSocket(url)
    eve.send(...Array.from({ length: 300 }, () => '40'))
    await expect.poll(() => eve.isClosed).toBe(true)
    expect(asked()).toBeLessThanOrEqual(1)
    expect(io.sockets.sockets.size).toBe(0)
    expect(rooms.metrics().bounds.connects).toBe(1)
    await expectServed(url)
  },
)

test.each(orders)('SEC6 the same in one payload of a polling client (%s)', async (order) => {
  const { url, asked, io } = await start({}, order)
  const eve = await openPolling(url)
  await eve.post(Array.from({ length: 300 }, () => '40').join(SEPARATOR))
  expect(await eve.poll()).toBeUndefined()
  expect(asked()).toBeLessThanOrEqual(1)
  expect(io.engine.clientsCount).toBe(0)
  await expectServed(url)
})

test('SEC6 CONNECT again while authenticate runs, or after it, closes the connection', async () => {
  const answered = gate()
  let asked = 0
  const { url } = await start({
    authenticate: async () => {
      asked += 1
      await answered.opened
      return { id: 'eve' }
    },
  })
  const [early, late] = [await openWebSocket(url), await openWebSocket(url)]
  early.send('40')
  late.send('40')
  await expect.poll(() => asked).toBe(2)
  early.send('40')
  await expect.poll(() => early.isClosed).toBe(true)
  answered.open()
  await received(late, /^40\{/)
  late.send('40')
  await expect.poll(() => late.isClosed).toBe(true)
  expect(asked).toBe(2)
})

test('a client that leaves its namespace, or was refused, may CONNECT again', async () => {
  let refusals = 1
  const { url, io } = await start()
  io.use((_, next) => (refusals-- > 0 ? next(new Error('not yet')) : next()))
  const ann = await openWebSocket(url)
  ann.send('40')
  await received(ann, /^44\{"message":"not yet"/)
  ann.send('40')
  await received(ann, /^40\{/)
  ann.send('41')
  await expect.poll(() => io.sockets.sockets.size).toBe(0)
  ann.send('40')
  await expect.poll(() => ann.packets.filter((packet) => packet.startsWith('40')).length).toBe(2)
  expect(ann.isClosed).toBe(false)
})

test('SEC7 a connection may ask for 8 namespaces, existing or not; the ninth closes it', async () => {
  const { url, io, rooms } = await start({}, 'io.attach first', { cleanupEmptyChildNamespaces: true })
  io.of(/^\/dynamic-/)
  const namespaces = (count: number): string[] => Array.from({ length: count }, (_, n) => `40/dynamic-${n},`)
  const [ann, eve] = [await openWebSocket(url), await openWebSocket(url)]
  ann.send(...namespaces(8))
  await expect.poll(() => ann.packets.filter((packet) => packet.startsWith('40/')).length).toBe(8)
  ann.send('40/unknown,')
  await expect.poll(() => ann.isClosed).toBe(true)
  eve.send(...namespaces(10_000))
  await expect.poll(() => eve.isClosed).toBe(true)
  await expect.poll(() => [...io._nsps.keys()]).toEqual(['/'])
  expect(rooms.metrics().bounds.namespaces).toBe(2)
  await expectServed(url)
})

test('SEC10 more packets at once than eventsAtOnce close the connection, with $bye RATE', async () => {
  const { url, rooms } = await start({ limits: { eventsAtOnce: 100 } })
  const [ann, eve] = [await openSocketIo(url), await openSocketIo(url)]
  ann.send(...Array.from({ length: 100 }, () => '42["anything"]'))
  eve.send(...Array.from({ length: 101 }, () => '42["anything"]'))
  await expect.poll(() => eve.isClosed).toBe(true)
  expect(eve.packets.at(-1)).toMatch(/^42\["\$bye",\{"code":"RATE","after":\d+/)
  expect(ann.isClosed).toBe(false)
  expect(rooms.metrics().bounds.events).toBe(1)
})

test('more authenticate calls at a time than admissions refuse new connections with UNAVAILABLE, until some have ended', async () => {
  const answered = gate()
  let asked = 0
  const { url } = await start({
    limits: { admissions: 2 },
    authenticate: async () => {
      asked += 1
      await answered.opened
      return { id: 'ann' }
    },
  })
  const slow = [await openWebSocket(url), await openWebSocket(url)]
  for (const socket of slow) socket.send('40')
  await expect.poll(() => asked).toBe(2)
  const refused = await openWebSocket(url)
  refused.send('40')
  await received(refused, /^44\{.*"code":"UNAVAILABLE".*"after":1000/)
  answered.open()
  for (const socket of slow) await received(socket, /^40\{/)
  await expectServed(url)
})

test('SEC8 a packet whose attachments do not come within 5 s ends its connection; one that is complete does not', async () => {
  const { url, rooms } = await start()
  const [eve, ann] = [await openSocketIo(url), await openSocketIo(url)]
  const placeholders = Array.from({ length: 10 }, (_, num) => ({ _placeholder: true, num }))
  const header = `4510-${JSON.stringify(['anything', ...placeholders])}`
  const part = Buffer.alloc(100_000)
  ann.send(header, ...Array.from({ length: 10 }, () => part))
  eve.send(header, ...Array.from({ length: 9 }, () => part))
  await expect.poll(() => rooms.metrics().unsentBytes).toBe(900_000) // they count as bytes that the server holds
  await expect.poll(() => eve.isClosed, { timeout: 8_000 }).toBe(true)
  expect(ann.isClosed).toBe(false)
  expect(rooms.metrics().bounds.attachments).toBe(1)
})

test('SEC13 connections that ask for no namespace are closed after connectTimeoutMs, also those that have left all', async () => {
  const { url, io, rooms } = await start({ connectTimeoutMs: 300 })
  const ann = await openSocketIo(url)
  const silent = await Promise.all(Array.from({ length: 20 }, () => openWebSocket(url)))
  const left = await openSocketIo(url)
  left.send('41')
  await Promise.all(Array.from({ length: 20 }, () => openPolling(url)))
  await expect.poll(() => io.engine.clientsCount).toBe(1)
  await expect.poll(() => [...silent, left].every(({ isClosed }) => isClosed)).toBe(true)
  expect(ann.isClosed).toBe(false)
  expect(rooms.metrics().bounds.connectTimeout).toBe(41)
})

test.each([
  '42',
  '42[5]',
  '42["error",null]',
  '42["disconnect"]',
  '42[]',
  '42{"a":1}',
  '43',
  '430',
  '43x',
  '44',
  '49',
  '45',
  '451-["x"]',
  '46',
  '4',
  '',
  'x',
  '9',
  '2',
  '3',
  '5',
  '6',
  '40/',
  '40/,',
  '40[',
  '\u0000',
])('SEC4 SEC5 the frame %j, before and after admission, ends no more than its own connection', async (frame) => {
  const { url, errors } = await start()
  const [early, late] = [await openWebSocket(url), await openSocketIo(url)]
  early.send(frame)
  late.send(frame)
  await expectServed(url)
  expect(errors).toEqual([])
})

test('a namespace of a server is guarded as the server is', async () => {
  const http = createServer()
  const io = new Server(http)
  createRooms(io.of('/chat'), { contract: guestChat })
  const eve = await openWebSocket(await listening(http, io))
  eve.send(...Array.from({ length: 300 }, () => '40/chat,'))
  await expect.poll(() => eve.isClosed).toBe(true)
})

test('a server that was attached twice before createRooms is guarded on both ports from the first connection on', async () => {
  const [http, second] = [createServer(), createServer()]
  const io = new Server(http)
  io.attach(second)
  createRooms(io, { contract: guestChat })
  const [url, secondUrl] = [await listening(http, io), await listening(second, io)]
  onTestFinished(() => void second.close())
  for (const address of [url, secondUrl]) {
    await expectServed(address)
    const eve = await openWebSocket(address)
    eve.send(...Array.from({ length: 300 }, () => '40'))
    await expect.poll(() => eve.isClosed).toBe(true)
  }
})

test('createRooms refuses what is not a Socket.IO server, and a connection of an unknown engine', () => {
  const sockets = { emit: () => {} }
  const unknown = {
    use: () => {},
    on: () => {},
    off: () => {},
    local: { to: () => ({ ...sockets, except: () => sockets }) },
  }
  expect(() => createRooms(unknown, { contract: guestChat })).toThrow(
    'createRooms: expected a Socket.IO server of version 4, or a namespace of it: its methods bind() and engine.on() are missing, so connections cannot be guarded',
  )
  const io = new Server()
  const errors: unknown[] = []
  createRooms(io, { contract: guestChat, onError: (error) => errors.push(error) })
  const engine = new EventEmitter()
  io.bind(engine)
  let isClosed = false
  engine.emit('connection', Object.assign(new EventEmitter(), { id: 'odd', close: () => (isClosed = true) }))
  expect(isClosed).toBe(true)
  expect(errors).toMatchObject([
    { code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^this version of Engine.IO is unknown/) },
  ])
})

test('after rooms.close() the server is as it was: later engines and connections are not guarded', async () => {
  const { io, rooms, url } = await start({}, 'createRooms first')
  await rooms.close()
  expect(Object.hasOwn(io, 'bind')).toBe(false)
  expect(io.engine.listeners('connection')).toHaveLength(1)
  const socket = connectRaw(url)
  await new Promise((resolve) => socket.on('connect_error', resolve))
})
