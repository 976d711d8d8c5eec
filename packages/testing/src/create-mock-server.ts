import { EventEmitter } from 'node:events'
import { type DefaultEventsMap, Server } from 'socket.io'
import { Faults } from './faults.ts'
import { answerLikeFlask } from './flask.ts'
import { entrances, type Entrance } from './entrance.ts'
import { FrameConnection } from './frame-connection.ts'
import { nodeModules } from './interception.ts'
import { type Connection, Line } from './line.ts'
import type { MockServer, MockServerOptions } from './mock-server.ts'
import { checkedFilter, checkedNumber, checkedOptions, checkedRefusal, checkedUrl, invalid } from './mock-options.ts'
import { MemoryNetwork } from './network.ts'
import { tellPage } from './page.ts'
import { Records } from './records.ts'
import { seeded } from './random.ts'

/** Longer than any time-out that a test should wait for. */
const LONGEST_MS = 60_000
const HEARTBEATS = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 1e6 }
/** The page of a jsdom is at another address than the server, and browsers would ask that server first. */
const ANY_PAGE = { origin: true, credentials: true }

/**
 * Makes a real Socket.IO server for tests: in memory, without a port, and with faults on demand.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work.
 * @example
 * const server = createMockServer({ url: 'https://chat.example' })
 * server.io.on('connection', (socket) => socket.on('whoami', (answer) => answer({ userId: socket.id })))
 * await server.listen() // your app connects to https://chat.example as ever
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
  const records = new Records()
  const lines = new Set<Line>()
  let isRestarting = false
  let isClosed = false
  const isReachable = (): boolean => !faults.isOffline && !isRestarting && !isClosed
  const isFlask = options.profile === 'flask'
  const modules = nodeModules()
  const { cors = ANY_PAGE, ...others } = serverOptions
  const io = new Server<Listen, Emit, ServerSide, Data>({ serveClient: false, ...others, ...(modules && { cors }) })
  if (isFlask) answerLikeFlask(io as unknown as Server, random)

  const engine = Object.assign(new EventEmitter(), { opts: { ...HEARTBEATS, ...serverOptions }, close: () => {} })
  io.bind(engine)

  function accept(connection: Connection, cut: () => void): void {
    const line = new Line({ connection, faults, isFlask, cut, onPacket: (packet) => records.add(packet) })
    lines.add(line)
    connection.once('close', () => lines.delete(line))
    engine.emit('connection', connection)
  }

  const entrance: Entrance = {
    path: io.path(),
    origin: url,
    isOpen: isReachable,
    isOnNetwork: () => network?.isListening === true,
    enter(wire, address) {
      const connection = new FrameConnection(wire, address, engine.opts)
      accept(connection, () => connection.cut())
      connection.open()
      return connection
    },
  }

  const network = modules && attachNetwork(modules)
  /** Gives what takes the server out of the page again. */
  let pageEntered: Promise<() => void> | undefined

  function attachNetwork(available: NonNullable<typeof modules>): MemoryNetwork {
    const web = available.http.createServer((_, response) => {
      response.writeHead(404).end(`the mock server of ${url.host} answers Socket.IO only, at ${io.path()}/\n`)
    })
    io.attach(web)
    // Its connections go through lines first; `io.engine` is the real one all the same.
    io.engine.removeAllListeners('connection')
    io.engine.on('connection', (connection) => accept(connection as Connection, cutOf(connection)))
    return new MemoryNetwork(available, url, web, () => !isReachable())
  }

  async function enterPage(): Promise<() => void> {
    const { letPageIn } = await import('./msw.ts')
    return letPageIn(entrance)
  }

  function cutAll(): void {
    for (const line of lines) line.cut()
    network?.cut()
  }

  function flushAll(): void {
    for (const line of lines) line.flush()
  }

  const server: MockServer<Listen, Emit, ServerSide, Data> = {
    io,
    url: options.url,
    emitted: records.list,
    clearEmitted: () => records.clear(),
    async listen() {
      if (isClosed) throw invalid('listen: this server is closed; make a new one')
      if (network) return network.listen()
      pageEntered ??= enterPage()
      try {
        await pageEntered
      } catch (error) {
        pageEntered = undefined
        throw error
      }
    },
    async close() {
      server.pass()
      isClosed = true
      await io.close()
      cutAll()
      network?.close()
      // A listen() that failed has told whoever called it.
      const leavePage = await pageEntered?.catch(() => {})
      leavePage?.()
      pageEntered = undefined
    },
    offline() {
      if (faults.isOffline || isClosed) return
      faults.isOffline = true
      cutAll()
      tellPage(false)
    },
    online() {
      if (!faults.isOffline) return
      faults.isOffline = false
      tellPage(true)
    },
    delay(ms) {
      faults.delayMs = checkedNumber('delay', ms, 0, LONGEST_MS)
      if (ms === 0) flushAll()
    },
    dropNext: (filter) => faults.dropNext(checkedFilter('dropNext', filter)),
    duplicateNext: (filter) => faults.duplicateNext(checkedFilter('duplicateNext', filter)),
    reorder({ count = 2, filter, withinMs = 1_000 } = {}) {
      checkedNumber('count', count, 2, 100)
      checkedNumber('withinMs', withinMs, 0, LONGEST_MS)
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
      for (const line of lines) {
        const isExpired = line.auths.map((auth) => faults.expire(auth))
        if (isExpired.includes(true)) line.cut()
      }
    },
    async restart() {
      isRestarting = true
      const ended = Promise.all([...lines].map((line) => line.ended))
      cutAll()
      await ended
      // What Socket.IO would recover is kept by its adapters.
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
  entrances.set(server, entrance)
  return server
}

/** Ends a connection of the real engine as a network does. */
function cutOf(connection: { readonly transport: object; close(discard: boolean): unknown }): () => void {
  const close = connection.close.bind(connection)
  return () => {
    const { socket } = connection.transport as { readonly socket?: { terminate(): void } }
    // Those who poll may be between two requests: the next one finds no session.
    if (socket) socket.terminate()
    else close(true)
  }
}
