import { EventEmitter } from 'node:events'
import { type DefaultEventsMap, Server } from 'socket.io'
import { Faults } from './faults.ts'
import { answerLikeFlask } from './flask.ts'
import { entrances, type Entrance } from './entrance.ts'
import { FrameConnection } from './frame-connection.ts'
import { nodeModules } from './interception.ts'
import { type Connection, Line } from './line.ts'
import type { MockServer, MockServerOptions } from './mock-server.ts'
import { checkedNumber, checkedOptions, checkedUrl } from './mock-options.ts'
import { MemoryNetwork } from './network.ts'
import { tellPage } from './page.ts'
import { Records } from './records.ts'
import { seeded } from './random.ts'

/** Longer than any time-out that a test should wait for. */
const LONGEST_MS = 60_000
const HEARTBEATS = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 1e6 }

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
  const isReachable = (): boolean => !faults.isOffline && !isRestarting
  const isFlask = options.profile === 'flask'
  const io = new Server<Listen, Emit, ServerSide, Data>({ serveClient: false, ...serverOptions })
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

  const modules = nodeModules()
  const network = modules && attachNetwork(modules)
  let leavePage: (() => void) | undefined

  function attachNetwork(available: NonNullable<typeof modules>): MemoryNetwork {
    const web = available.http.createServer()
    io.attach(web)
    // Its connections go through lines first; `io.engine` is the real one all the same.
    io.engine.removeAllListeners('connection')
    io.engine.on('connection', (connection) => accept(connection as Connection, cutOf(connection)))
    return new MemoryNetwork(available, url, web, () => !isReachable())
  }

  function cutAll(): void {
    for (const line of lines) line.cut()
    network?.cut()
  }

  const server: MockServer<Listen, Emit, ServerSide, Data> = {
    io,
    url: options.url,
    emitted: records.list,
    async listen() {
      if (network) network.listen()
      else if (!leavePage) {
        const { letPageIn } = await import('./msw.ts')
        leavePage = await letPageIn(entrance)
      }
    },
    async close() {
      server.pass()
      await io.close()
      cutAll()
      network?.close()
      leavePage?.()
      leavePage = undefined
    },
    offline() {
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
    },
    dropNext: (filter) => faults.dropNext(filter),
    duplicateNext: (filter) => faults.duplicateNext(filter),
    reorder({ count = 2, filter, withinMs = 1_000 } = {}) {
      checkedNumber('count', count, 2, 100)
      faults.reorderNext(count, filter, checkedNumber('withinMs', withinMs, 0, LONGEST_MS))
    },
    kick(filter = () => true) {
      for (const namespace of io._nsps.values())
        for (const socket of namespace.sockets.values()) if (filter(socket)) socket.disconnect(true)
    },
    refuse(refusal) {
      faults.refusal = refusal
    },
    expireToken() {
      for (const line of lines) {
        const auths = line.auths.filter((auth) => auth !== undefined)
        for (const auth of auths) faults.expire(auth)
        if (auths.length > 0) line.cut()
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
