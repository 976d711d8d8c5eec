import { EventEmitter } from 'node:events'
import { type DefaultEventsMap, Server } from 'socket.io'
import { EmittedEvents } from './emitted-events.ts'
import { type EngineSocket, FaultyConnection } from './faulty-connection.ts'
import { Faults } from './faults.ts'
import { answerLikeFlask } from './flask.ts'
import { nodeModules } from './intercept-connections.ts'
import { type MemoryEndpoint, memoryEndpoints } from './memory-endpoint.ts'
import { MemoryHost } from './memory-host.ts'
import { MemorySocket } from './memory-socket.ts'
import type { MockServer, MockServerOptions } from './mock-server.ts'
import { checkedFilter, checkedNumber, checkedOptions, checkedRefusal, checkedUrl, invalid } from './mock-options.ts'
import type { Packet } from './packet.ts'
import { setPageOnline } from './page-online.ts'
import { seeded } from './random.ts'

/** A test should not wait longer than this. */
const MAX_DELAY_MS = 60_000
/** Engine.IO's defaults, for the options that the mock needs itself. */
const ENGINE_DEFAULTS = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 1e6 }
/** In jsdom the page has another origin than the server, so polling needs CORS. */
const ANY_ORIGIN = { origin: true, credentials: true }

/**
 * Creates a real Socket.IO server for tests: in memory, without a port, and with faults on demand.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for invalid options.
 * @example
 * const server = createMockServer({ url: 'https://chat.example' })
 * server.io.on('connection', (socket) => socket.on('whoami', (answer) => answer({ userId: socket.id })))
 * await server.listen() // your app connects to https://chat.example as usual
 * server.dropNext('whoami')
 */
export function createMockServer<
  Listen extends object = DefaultEventsMap,
  Emit extends object = DefaultEventsMap,
  ServerSide extends object = DefaultEventsMap,
  // oxlint-disable-next-line typescript/no-explicit-any -- as Socket.IO's own default
  Data = any,
>(options: MockServerOptions): MockServer<Listen, Emit, ServerSide, Data> {
  const url = checkedUrl(options.url)
  const serverOptions = checkedOptions(options)
  const random = seeded(options.seed ?? 1)
  const faults = new Faults(random)
  const emittedEvents = new EmittedEvents()
  const connections = new Set<FaultyConnection>()
  let isRestarting = false
  let isClosed = false
  const isReachable = (): boolean => !faults.isOffline && !isRestarting && !isClosed
  const isFlask = options.profile === 'flask'
  const modules = nodeModules()
  const { cors = ANY_ORIGIN, ...others } = serverOptions
  const io = new Server<Listen, Emit, ServerSide, Data>({ serveClient: false, ...others, ...(modules && { cors }) })
  if (isFlask) answerLikeFlask(io as unknown as Server, random)

  const engine = Object.assign(new EventEmitter(), { opts: { ...ENGINE_DEFAULTS, ...serverOptions }, close: () => {} })
  io.bind(engine)

  function accept(socket: EngineSocket, cut: () => void): void {
    const onPacket = (packet: Packet): void => emittedEvents.add(packet)
    const connection = new FaultyConnection({ socket, faults, isFlask, cut, onPacket })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
    engine.emit('connection', socket)
  }

  const endpoint: MemoryEndpoint = {
    path: io.path(),
    origin: url,
    isReachable,
    isListeningInNode: () => host?.isListening === true,
    accept(transport, address) {
      const socket = new MemorySocket(transport, address, engine.opts)
      accept(socket, () => socket.cut())
      socket.open()
      return socket
    },
  }

  const host = modules && createHost(modules)
  /** Resolves with the function that ends the server in this page. */
  let startedInPage: Promise<() => void> | undefined

  function createHost(available: NonNullable<typeof modules>): MemoryHost {
    const http = available.http.createServer((_, response) => {
      response.writeHead(404).end(`the mock server of ${url.host} answers Socket.IO only, at ${io.path()}/\n`)
    })
    io.attach(http)
    // `io.engine` stays the real engine, but `accept` handles its connections.
    io.engine.removeAllListeners('connection')
    io.engine.on('connection', (socket) => {
      unrefHeartbeats(socket)
      accept(socket as EngineSocket, cutFunctionOf(socket))
    })
    return new MemoryHost(available, url, http, isReachable)
  }

  async function startInPage(): Promise<() => void> {
    const { serveInPage } = await import('./msw.ts')
    return serveInPage(endpoint)
  }

  function cutAll(): void {
    for (const connection of connections) connection.cut()
    host?.cut()
  }

  function flushAll(): void {
    for (const connection of connections) connection.flush()
  }

  const server: MockServer<Listen, Emit, ServerSide, Data> = {
    io,
    url: options.url,
    emitted: emittedEvents.list,
    clearEmitted: () => emittedEvents.clear(),
    async listen() {
      if (isClosed) throw invalid('listen: this server is closed; create a new one')
      if (host) return host.listen()
      startedInPage ??= startInPage()
      try {
        await startedInPage
      } catch (error) {
        startedInPage = undefined
        throw error
      }
    },
    async close() {
      server.pass()
      isClosed = true
      await io.close()
      cutAll()
      host?.close()
      // If listen() failed, its own promise has rejected with the error.
      const stopInPage = await startedInPage?.catch(() => {})
      stopInPage?.()
      startedInPage = undefined
    },
    offline() {
      if (faults.isOffline || isClosed) return
      faults.isOffline = true
      cutAll()
      setPageOnline(false)
    },
    online() {
      if (!faults.isOffline) return
      faults.isOffline = false
      setPageOnline(true)
    },
    delay(ms) {
      faults.delayMs = checkedNumber('delay', ms, 0, MAX_DELAY_MS)
      if (ms === 0) flushAll()
    },
    dropNext: (filter) => faults.dropNext(checkedFilter('dropNext', filter)),
    duplicateNext: (filter) => faults.duplicateNext(checkedFilter('duplicateNext', filter)),
    reorder({ count = 2, filter, withinMs = 1_000 } = {}) {
      checkedNumber('count', count, 2, 100)
      checkedNumber('withinMs', withinMs, 0, MAX_DELAY_MS)
      faults.reorderNext(count, checkedFilter('reorder', filter), withinMs)
    },
    kick(filter = () => true) {
      for (const namespace of io._nsps.values())
        for (const socket of namespace.sockets.values()) if (filter(socket)) socket.disconnect(true)
    },
    refuse(refusal) {
      faults.refusal = checkedRefusal(refusal)
    },
    expireToken() {
      for (const connection of connections) {
        const isExpired = connection.auths.map((auth) => faults.expire(auth))
        if (isExpired.includes(true)) connection.cut()
      }
    },
    async restart() {
      isRestarting = true
      const allClosed = Promise.all([...connections].map((connection) => connection.closed))
      cutAll()
      await allClosed
      // New adapters, because the old ones keep the state that Socket.IO would recover.
      const adapter = io.adapter()
      if (serverOptions.connectionStateRecovery && adapter) io.adapter(adapter)
      isRestarting = false
    },
    pass() {
      server.online()
      faults.end()
      flushAll()
    },
  }
  memoryEndpoints.set(server, endpoint)
  return server
}

/** Returns a function that ends a connection of the real engine as a network failure does. */
function cutFunctionOf(connection: { readonly transport: object; close(discard: boolean): unknown }): () => void {
  const close = connection.close.bind(connection)
  return () => {
    const { socket } = connection.transport as { readonly socket?: { terminate(): void } }
    // A polling client may have no open request. Its next request gets "Session ID unknown".
    if (socket) socket.terminate()
    else close(true)
  }
}

/** A mock that is left open must not keep a test runner alive: the heartbeats of the real engine run only while other work does. */
function unrefHeartbeats(socket: object): void {
  for (const name of ['pingIntervalTimer', 'pingTimeoutTimer']) {
    let timer: NodeJS.Timeout | null = Reflect.get(socket, name)
    const set = (next: NodeJS.Timeout | null): void => {
      timer = next
      timer?.unref?.()
    }
    set(timer)
    Object.defineProperty(socket, name, { get: () => timer, set })
  }
}
