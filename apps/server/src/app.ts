import { createServer } from 'node:http'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo, Socket as TcpSocket } from 'node:net'
import { join } from 'node:path'
import { memoryLog } from '@roomful/server'
import type { RoomLog } from '@roomful/server'
import { sqliteLog } from '@roomful/server/sqlite'
import { Server } from 'socket.io'
import { serveChat } from './chat.ts'
import { refuseUnknown } from './events.ts'
import type { ChatServer } from './events.ts'
import { createRequestListener } from './http.ts'
import { createOriginCheck } from './origins.ts'
import { createSessions } from './sessions.ts'
import { loadSigningKey } from './signing-key.ts'
import { serveTutorial } from './tutorial.ts'

export interface ServerOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where the signing key is kept: sessions outlive the process that keeps to the same folder. */
  readonly dataDir: string
  /** Where messages are kept, a SQLite file; default `rooms.db` in `dataDir`. `:memory:` keeps them in memory only. */
  readonly dataFile?: string
  /** The web origins that may connect; default: those of this machine. */
  readonly origins?: readonly string[]
  /** Default 10 000. */
  readonly pingIntervalMs?: number
  /** Default 8 000. */
  readonly pingTimeoutMs?: number
}

export interface RunningServer {
  readonly port: number
  readonly host: string
  readonly url: string
  /** Stops taking connections, ends those that are open, and is done within a few seconds. */
  close(): Promise<void>
}

/** How long a close waits for the other ends to hang up before it cuts them off. */
const CUT_AFTER_MS = 2000

/**
 * Starts the demo's server.
 *
 * @throws Error with one clear line when the address is taken, or the signing key or the messages' file cannot be used.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', dataDir, origins, pingIntervalMs = 10_000, pingTimeoutMs = 8000 } = options
  const sessions = createSessions(await loadSigningKey(dataDir))
  const isAllowedOrigin = createOriginCheck(origins)
  const http = createServer({ requestTimeout: 10_000 }, createRequestListener(sessions, isAllowedOrigin))
  const connections = trackConnections(http)
  const log = openLog(options)
  const address = await listen(http, port, host).catch(async (error) => {
    await log.close?.()
    throw error
  })

  const io: ChatServer = new Server(http, {
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    connectTimeout: 5000,
    maxHttpBufferSize: 128 * 1024,
    cleanupEmptyChildNamespaces: true,
    cors: { origin: (origin, callback) => callback(null, isAllowedOrigin(origin)) },
    // CORS does not cover WebSockets: an evil page is refused here, before it has a session.
    allowRequest: ({ headers }, callback) =>
      isAllowedOrigin(headers.origin) ? callback(null, true) : callback('the origin is not allowed here', false),
  })
  const rooms = serveChat(io, sessions, log)
  io.on('connection', (socket) => {
    refuseUnknown(socket)
    serveTutorial(io, socket)
  })

  async function close(): Promise<void> {
    await rooms.close()
    const limit = setTimeout(() => connections.forEach((connection) => connection.destroy()), CUT_AFTER_MS)
    await io.close()
    clearTimeout(limit)
  }
  const hostInUrl = host.includes(':') ? `[${host}]` : host
  return { port: address.port, host, url: `http://${hostInUrl}:${address.port}`, close }
}

function openLog({ dataDir, dataFile = join(dataDir, 'rooms.db') }: ServerOptions): RoomLog {
  return dataFile === ':memory:' ? memoryLog() : sqliteLog({ file: dataFile })
}

function trackConnections(http: HttpServer): Set<TcpSocket> {
  const connections = new Set<TcpSocket>()
  http.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  return connections
}

function listen(http: HttpServer, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const taken = cause.code === 'EADDRINUSE'
      const why = taken
        ? 'is in use: set PORT to another one, or to 0 for any free one'
        : `cannot be used: ${cause.message}`
      reject(new Error(`port ${port} of ${host} ${why}`, { cause }))
    }
    http.once('error', failed)
    http.listen(port, host, () => {
      http.off('error', failed)
      resolve(http.address() as AddressInfo)
    })
  })
}
