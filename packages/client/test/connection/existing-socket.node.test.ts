import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createClient, type Client, type ClientOptions, defineContract, plainRooms, roomful } from '@roomful/client'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, rejection, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A server with rooms whose members get a greeting, and which refuses the token `bad`. */
async function startChat() {
  const joins: string[] = []
  const server = await startServer({
    configure: (server) => {
      server.use(({ handshake }, next) => next(handshake.auth['token'] === 'bad' ? new Error('bad token') : undefined))
      server.on('connection', (socket) => {
        socket.emit('welcome')
        socket.on('join', ({ room }: { room: string }, ack: () => void) => {
          joins.push(room)
          void socket.join(room)
          ack()
        })
        socket.on('say', (text: string) => server.emit('said', text))
        socket.on('ask', (n: number, ack: (n: number) => void) => ack(n + 1))
      })
    },
  })
  return { server, joins }
}

function startSocket(url: string, options: Partial<ManagerOptions & SocketOptions> & { auth?: object } = {}): Socket {
  const socket = io(url, { forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20, ...options })
  onTestFinished(() => void socket.disconnect())
  return socket
}

function startOver(existingSocket: Socket): Client {
  const client = createClient({ existingSocket })
  onTestFinished(client.close)
  return client
}

/** The acknowledgements that a socket waits for. */
const acksOf = (socket: Socket) => socket['acks'] as object

/** Everything of ours or the app's that listens to a socket and its connection. */
const listenersOf = (socket: Socket) => [
  ...(['connect', 'connect_error', 'disconnect'] as const).map((event) => socket.listeners(event).length),
  socket.listenersAny().length,
  socket.io.listeners('reconnect_failed').length,
  ...(['open', 'close'] as const).map((event) => socket.io.listeners(event).length - Number(socket.active)), // its own
]

const connected = (socket: Socket) => eventually(() => expect(socket.connected).toBe(true))

describe('CN19 a client over an existing socket', () => {
  test.each<[string, (url: string) => Promise<Socket>]>([
    [
      'connected',
      async (url) => {
        const socket = startSocket(url)
        await connected(socket)
        return socket
      },
    ],
    ['connecting', (url) => Promise.resolve(startSocket(url))],
    ['not connected', (url) => Promise.resolve(startSocket(url, { autoConnect: false }))],
    [
      'disconnected by the app',
      async (url) => {
        const socket = startSocket(url)
        await connected(socket)
        return socket.disconnect()
      },
    ],
  ])('that is %s connects, joins, sends and receives over it', async (_name, make) => {
    const { server, joins } = await startChat()
    const socket = await make(server.url)
    const client = startOver(socket)
    const said: unknown[] = []
    client.on('said', (text: unknown) => said.push(text))
    await client.connect()
    expect(client.connection.getState()).toMatchObject({ status: 'connected', id: socket.id })
    await client.join('general')
    client.emit('say', 'hello')
    expect(await client.emitWithAck('ask', 1)).toBe(2)
    await eventually(() => expect(said).toEqual(['hello']))
    await eventually(() => expect([joins, server.sockets, server.connections]).toEqual([['general'], 1, 1]))
  })

  test("joins its rooms again after the socket's own reconnect, and sends what was queued meanwhile", async () => {
    const { server, joins } = await startChat()
    const client = startOver(startSocket(server.url))
    const statuses = recordStatuses(client)
    const said: unknown[] = []
    client.on('said', (text: unknown) => said.push(text))
    await client.join('general')
    for (let outage = 0; outage < 3; outage += 1) {
      await server.restart()
      await until(client, 'reconnecting')
      client.emit('say', outage)
      await until(client, 'connected')
      await eventually(() => expect(said.at(-1)).toBe(outage))
    }
    expect(joins).toEqual(['general', 'general', 'general', 'general'])
    expect(statuses.filter((status) => status === 'connected')).toHaveLength(4)
    expect(said).toEqual([0, 1, 2])
  })

  test.each<[string, (client: Client) => void]>([
    ['disconnect()', (client) => client.disconnect()],
    ['close()', (client) => client.close()],
  ])("is only detached by %s: the socket stays as it is, and the app's listeners too", async (_name, end) => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const heard: string[] = []
    socket.on('said', (text: string) => heard.push(text))
    socket.onAny(() => {})
    socket.on('disconnect', () => heard.push('disconnect'))
    await connected(socket)
    const before = listenersOf(socket)
    const client = startOver(socket)
    await client.connect()
    await client.join('general')
    expect(listenersOf(socket)).not.toEqual(before)
    end(client)
    expect(client.status).toBe('disconnected')
    expect(listenersOf(socket)).toEqual(before)
    socket.emit('say', 'still here')
    await eventually(() => expect(heard).toEqual(['still here']))
    expect(socket.connected).toBe(true)
    await server.restart()
    await eventually(() => expect([socket.connected, client.status]).toEqual([true, 'disconnected']))
    expect(listenersOf(socket)).toEqual(before)
  })

  test('shares the socket with another client and with the app', async () => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const heard: string[] = []
    const clients = [startOver(socket), startOver(socket)]
    for (const [index, client] of clients.entries())
      client.on('said', (text: unknown) => heard.push(`${index} ${String(text)}`))
    socket.on('said', (text: string) => heard.push(`app ${text}`))
    await Promise.all(clients.map((client) => client.connect()))
    socket.emit('say', 'a')
    await eventually(() => expect(heard.toSorted()).toEqual(['0 a', '1 a', 'app a']))
    expect(await Promise.all(clients.map((client, n) => client.emitWithAck('ask', n)))).toEqual([1, 2])
    clients[0]?.disconnect()
    heard.length = 0
    clients[1]?.emit('say', 'b')
    await eventually(() => expect(heard.toSorted()).toEqual(['1 b', 'app b']))
    await clients[0]?.connect()
    expect(server.connections).toBe(1)
  })

  test.each<[string, string, (socket: Socket, kick: () => void) => unknown]>([
    ['kicked', 'KICKED', (_socket, kick) => kick()],
    ['client', 'DISCONNECTED', (socket) => socket.disconnect()],
  ])('that ends as %s follows when the app connects the socket again', async (reason, code, happen) => {
    const { server, joins } = await startChat()
    const socket = startSocket(server.url)
    const before = listenersOf(socket)
    const client = startOver(socket)
    await client.join('general')
    happen(socket, () => server.kickAll())
    expect(await until(client, 'disconnected')).toMatchObject({ reason, error: { code } })
    expect(await rejection(client.emitWithAck('ask', 1))).toMatchObject({ code: 'DISCONNECTED' })
    socket.connect()
    await until(client, 'connected')
    await eventually(() => expect(joins).toEqual(['general', 'general']))
    socket.disconnect()
    await until(client, 'disconnected')
    client.close()
    expect(listenersOf(socket)).toEqual(before)
  })

  test('ends when the app disconnects the socket while it connects, and follows its next connection', async () => {
    const server = await startServer({
      configure: (server) => void server.use((_socket, next) => void setTimeout(next, 200)),
    })
    const socket = startSocket(server.url)
    const client = startOver(socket)
    const connecting = rejection(client.connect())
    await eventually(() => expect(socket.listenersAny()).toHaveLength(1)) // the client follows the socket
    socket.disconnect()
    expect(await connecting).toMatchObject({ code: 'DISCONNECTED', message: 'the app disconnected the socket' })
    expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'client' })
    socket.connect()
    await until(client, 'connected')
  })

  test.each<[string, (socket: Socket) => unknown]>([
    ['the socket', (socket) => socket.disconnect()],
    ["the socket's manager", (socket) => void (socket.io as unknown as Pick<Socket, 'disconnect'>).disconnect()],
  ])('ends when the app disconnects %s while it reconnects', async (_name, disconnect) => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const client = startOver(socket)
    await client.connect()
    await server.close()
    await until(client, 'reconnecting')
    disconnect(socket)
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'client', error: { code: 'DISCONNECTED' } })
  })

  test('connects a socket that the app disconnected while another one used its connection', async () => {
    const server = await startServer({
      configure: (server) => void server.of('/slow').use((_socket, next) => void setTimeout(next, 50)),
    })
    const other = startSocket(server.url)
    await connected(other)
    const socket = other.io.socket('/slow')
    const client = startOver(socket)
    const statuses = recordStatuses(client)
    void client.connect().catch(() => {})
    await eventually(() => expect(socket.listenersAny()).toHaveLength(1))
    socket.disconnect()
    await client.connect()
    expect([socket.connected, statuses]).toEqual([
      true,
      ['idle', 'connecting', 'disconnected', 'connecting', 'connected'],
    ])
  })

  test('that the app closes on a kick leaves no listener on the socket', async () => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const before = listenersOf(socket)
    const client = startOver(socket)
    await client.connect()
    client.connection.subscribe(({ status }) => status === 'disconnected' && client.close())
    server.kickAll()
    await until(client, 'disconnected')
    expect(listenersOf(socket)).toEqual(before)
  })

  test('is not disturbed by the ackTimeout and the retries of the socket', async () => {
    const server = await startServer({
      configure: (server) => {
        server.on('connection', (socket) => {
          socket.on('join', () => {}) // a server without acknowledgements
          socket.on('ask', (n: number, ack: (n: number) => void) => void setTimeout(ack, 60, n + 1))
        })
      },
    })
    const socket = startSocket(server.url, { ackTimeout: 20, retries: 1 })
    const client = createClient({ existingSocket: socket, joinTimeoutMs: 100 })
    onTestFinished(client.close)
    expect(await client.emitWithAck('ask', 1)).toBe(2)
    const room = await client.join('general')
    expect(room.state.getState()).toMatchObject({ status: 'joined', acknowledged: false })
    expect(await rejection(socket.emitWithAck('ask', 1))).toMatchObject({ message: 'operation has timed out' })
  })

  test.each<[string, (client: Client) => void]>([
    ['disconnect()', (client) => client.disconnect()],
    ['close()', (client) => client.close()],
  ])('settles what has no answer yet at %s', async (_name, end) => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const client = startOver(socket)
    await client.connect()
    const asked = rejection(client.emitWithAck('never', 1))
    await eventually(() => expect(Object.keys(acksOf(socket))).toHaveLength(1))
    end(client)
    expect(await asked).toMatchObject({ code: 'DISCONNECTED' })
    expect(Object.keys(acksOf(socket))).toEqual([])
  })

  test('has no timer that keeps a process alive while the socket connects', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await once(silent, 'listening')
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const socket = startSocket(url, { autoConnect: false, autoUnref: true, transports: ['websocket'] })
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    const client = startOver(socket)
    void client.connect().catch(() => {})
    await once(silent, 'connection')
    expect(timers).not.toHaveBeenCalled() // the socket took its own timers when it was made
  })

  test('that is refused follows when the app connects the socket with another token', async () => {
    const { server } = await startChat()
    const socket = startSocket(server.url, { auth: { token: 'bad' } })
    const client = startOver(socket)
    expect(await rejection(client.connect())).toMatchObject({ message: expect.stringContaining('bad token') as string })
    expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
    socket.auth = { token: 'good' }
    socket.connect()
    await until(client, 'connected')
  })

  test('ends as exhausted when the socket gives up, and reports each attempt before', async () => {
    const { server } = await startChat()
    await server.close()
    const client = startOver(startSocket(server.url, { reconnectionAttempts: 2 }))
    void client.connect().catch(() => {})
    expect(await until(client, 'reconnecting')).toMatchObject({ error: { code: 'UNREACHABLE' } })
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'exhausted', error: { code: 'EXHAUSTED' } })
  })

  test('ends as exhausted when the socket does not reconnect', async () => {
    const { server } = await startChat()
    const client = startOver(startSocket(server.url, { reconnection: false }))
    await client.connect()
    await server.restart()
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'exhausted', error: { code: 'DISCONNECTED' } })
  })

  test('says in its guarantees what is left to the socket', async () => {
    const { server } = await startChat()
    const client = startOver(startSocket(server.url))
    await client.connect()
    expect(client.guarantees).toEqual({
      rooms: 'plain',
      order: false,
      replay: false,
      exactlyOnce: false,
      durability: 'none',
      outbox: 'none',
      leftToSocket: ['credentials', 'timeouts', 'back-off', 'sizes', 'losses'],
    })
  })

  test('replaces a connection that is dead on wake(), by the reconnect of the socket', async () => {
    const { server } = await startChat()
    const socket = startSocket(server.url)
    const client = startOver(socket)
    await client.connect()
    const statuses = recordStatuses(client)
    client.wake()
    await eventually(() => expect(socket.io.listeners('packet')).toHaveLength(1)) // the probe was answered
    expect([statuses, server.connections]).toEqual([['connected'], 1])
  })
})

describe('CN19 the options with an existing socket', () => {
  const socket = (): Socket => startSocket('http://127.0.0.1:9', { autoConnect: false })
  const create = (options: object) => () =>
    createClient({ existingSocket: socket(), ...options } as unknown as ClientOptions)

  test.each<[object, string]>([
    ...['url', 'auth', 'socket', 'connectTimeoutMs', 'reconnect'].map((name): [object, string] => [
      { [name]: { url: 'http://a.b', connectTimeoutMs: 1 }[name] ?? {} },
      `${name} is not accepted with existingSocket: set it where the socket is made`,
    ]),
    [{ rooms: roomful() }, 'rooms: expected plainRooms() with existingSocket, got roomful()'],
    [{ existingSocket: 'socket' }, 'existingSocket: expected a Socket of socket.io-client, got "socket"'],
    [{ existingSocket: {} }, 'existingSocket: expected a Socket of socket.io-client, got object'],
    [{ existingSocket: null }, 'existingSocket: expected a Socket of socket.io-client, got null'],
  ])('that are not accepted are refused: %#', (options, message) => {
    expect(create(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
  })

  test('that are accepted are those of the client itself', () => {
    const contract = defineContract({})
    const client = createClient({
      existingSocket: socket(),
      contract,
      rooms: plainRooms(),
      queueLimit: 1,
      autoConnect: false,
    })
    expect(client.status).toBe('idle')
  })
})
