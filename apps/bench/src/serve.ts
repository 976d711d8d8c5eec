import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Server, type ServerOptions } from 'socket.io'

/** The settings of a server process, passed to it as JSON. */
export interface ServerSettings {
  /** The number of messages that the room "general" has at the start. If set, a plain server recovers connections. */
  readonly history?: number
  /** The URL of Redis: for the rooms' log, or for the adapter of a plain server. @default one process alone */
  readonly redis?: string
  /** The adapter of a plain server with Redis. */
  readonly adapter?: 'pub/sub' | 'streams'
  /** The SQLite file of the rooms' log. @default a log in memory */
  readonly file?: string
  /** The process can collect its garbage before it measures its memory. */
  readonly isMemoryMeasured?: boolean
  /** Whether the default rates hold. The other benchmarks measure what they are there to prevent. @default false */
  readonly rates?: boolean
  /** Whether the server sends Engine.IO's pings, which a `RawConnection` does not answer. @default true */
  readonly pings?: boolean
  /** @default any free port */
  readonly port?: number
}

const SENT_AT_ONCE = 64

/** A request to the server process: its CPU time in ms, the number of connected clients, the bytes of its objects and buffers, those of its whole memory, or to send messages. */
export type ServerRequest = 'cpu' | 'clients' | 'memory' | 'rss' | { readonly send: number; readonly room?: string }

export function settings(): ServerSettings {
  return JSON.parse(process.argv[2] ?? '{}') as ServerSettings
}

export function createIo(options: Partial<ServerOptions> = {}): Server {
  return new Server(createServer(), { ...(settings().pings === false && { pingInterval: 3_600_000 }), ...options })
}

/** Listens, sends the port to the benchmark's process, and answers its requests until it ends. */
export function serve(io: Server, send: (text: string, room?: string) => unknown): void {
  process.once('disconnect', () => process.exit(0))
  process.on('message', (request: ServerRequest) => void answer(request).then((result) => process.send?.(result)))
  io.httpServer.listen(settings().port ?? 0, '127.0.0.1', () =>
    process.send?.((io.httpServer.address() as AddressInfo).port),
  )

  async function answer(request: ServerRequest): Promise<number> {
    if (request === 'clients') return io.engine.clientsCount
    if (request === 'rss') return process.memoryUsage().rss
    if (request === 'memory') {
      globalThis.gc?.()
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external
    }
    if (request === 'cpu') {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    }
    for (let n = 0; n < request.send; n += SENT_AT_ONCE) {
      const count = Math.min(SENT_AT_ONCE, request.send - n)
      const sendOne = (_: unknown, index: number): unknown =>
        send(`message ${n + index} ${'x'.repeat(60)}`, request.room)
      await Promise.all(Array.from({ length: count }, sendOne))
      await nextTurn() // for what an adapter has begun to send
    }
    return request.send
  }
}
