import { createClient, roomful } from '@roomful/client'
import { io } from 'socket.io-client'
import { chat } from './chat.ts'
import type { RestartRequest, RestartSettings } from './restart.ts'

// Many real clients in a process of their own. It tells the benchmark when all of them have done what a request asks for.

interface ReturningClient {
  /** Connects, and joins the rooms. */
  start(rooms: readonly string[]): Promise<unknown>
  disconnect(): void
  /** Resolves when the client is in its rooms again, and has what it missed: one message in each. */
  comeBack(rooms: readonly string[]): Promise<unknown>
}

const { url, kind, clients: count, rooms, roomsEach } = JSON.parse(process.argv[2] ?? '') as RestartSettings
const create = kind === 'rooms' ? createRoomfulClient : createPlainClient
const clients = Array.from({ length: count }, (_, n) => create(`user ${n}`))
const roomsOf = (n: number): string[] =>
  Array.from({ length: roomsEach }, (_, index) => `room ${(n * roomsEach + index) % rooms}`)

const handlers: Readonly<Record<RestartRequest, () => Promise<void>>> = {
  async start() {
    for (const [n, client] of clients.entries()) await client.start(roomsOf(n))
  },
  async disconnect() {
    for (const client of clients) client.disconnect()
  },
  async comeBack() {
    await Promise.all(clients.map((client, n) => client.comeBack(roomsOf(n))))
  },
}

process.once('disconnect', () => process.exit(0))
process.on('message', (request: RestartRequest) => {
  const started = performance.now()
  void handlers[request]().then(() => process.send?.(performance.now() - started))
})

function createRoomfulClient(id: string): ReturningClient {
  const socket = { transports: ['websocket'], forceNew: true }
  const client = createClient({ url, contract: chat, rooms: roomful(), auth: { id }, socket })
  let missing = 0
  let done = (): void => {}
  return {
    start: (names) =>
      Promise.all(
        names.map(async (name) => {
          const room = await client.join(name)
          room.on('message', () => {
            missing -= 1
            if (missing === 0) done()
          })
        }),
      ),
    disconnect: client.disconnect,
    comeBack: async (names) => {
      missing = names.length
      const caughtUp = new Promise<void>((resolve) => (done = resolve))
      await client.connect()
      await caughtUp
    },
  }
}

/** Joins its rooms, as an app without a library does, and gets nothing of what it missed. */
function createPlainClient(): ReturningClient {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, autoConnect: false })
  const connect = async (names: readonly string[]): Promise<void> => {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    socket.connect()
    await connected
    await Promise.all(names.map((name) => socket.emitWithAck('join', name)))
  }
  return { start: connect, comeBack: connect, disconnect: () => socket.disconnect() }
}
