import { createServer } from 'node:http'
import type { Server as HttpServer } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import { join } from 'node:path'
import { memoryLog } from '@roomful/server'
import type { RoomLog, TrustProxy } from '@roomful/server'
import { redisLog } from '@roomful/server/redis'
import { sqliteLog } from '@roomful/server/sqlite'
import { Server } from 'socket.io'
import { createBroadcast } from './broadcast.ts'
import { serveChat } from './chat.ts'
import { createDemoFaults } from './demo-faults.ts'
import { createdRoomsInMemory, createdRoomsInRedis } from './created-rooms.ts'
import { refuseUnknown } from './events.ts'
import type { ChatServer } from './events.ts'
import { createRequestListener } from './http.ts'
import { listen } from './listen.ts'
import { startMetrics } from './metrics-server.ts'
import type { MetricsOptions } from './metrics-server.ts'
import { createOriginCheck } from './origins.ts'
import { connectRedis } from './redis.ts'
import { serveRoomList } from './room-list.ts'
import { createSessions } from './sessions.ts'
import { loadSigningKey } from './signing-key.ts'
import { serveTutorial } from './tutorial.ts'

export interface ServerOptions {
  /** The port to listen on; 0 takes any free port. @default 0 */
  readonly port?: number
  /** The address to listen on. @default 127.0.0.1 */
  readonly host?: string
  /** The folder of the signing key. Sessions stay valid after a restart with the same folder. */
  readonly dataDir: string
  /** The SQLite file of the messages; `:memory:` keeps them in memory only. @default `rooms.db` in `dataDir` */
  readonly dataFile?: string
  /** Messages are in this Redis, for all servers that share it. Its keys begin with `prefix`. @default none: one server, and `dataFile` */
  readonly redis?: { readonly url: string; readonly prefix?: string }
  /** The signing key: the same for all servers that share a Redis. @default the one in `dataDir` */
  readonly sessionKey?: Uint8Array
  /** How long a session's token is valid; its page renews it before. @default 3600 */
  readonly sessionSeconds?: number
  /** The web origins that may connect. @default the origins of this machine */
  readonly origins?: readonly string[]
  /** The proxies in front of the server: how many, or their networks. @default none, as `trustProxy` of `createRooms` */
  readonly trustProxy?: TrustProxy
  /** @default 10 000 */
  readonly pingIntervalMs?: number
  /** @default 8 000 */
  readonly pingTimeoutMs?: number
  /** Where `/metrics` is served. @default nowhere */
  readonly metrics?: MetricsOptions
  /** The longest time that `close()` takes. @default 5 000 */
  readonly closeTimeoutMs?: number
  /** How long a request may take to arrive, with its body; also for connections that send nothing. @default 10 000 */
  readonly requestTimeoutMs?: number
  /** Whether a page may kill this server and make its log begin anew. @default false */
  readonly demoFaults?: boolean
}

export interface RunningServer {
  readonly port: number
  readonly host: string
  readonly url: string
  /** The address of `/metrics`, where it is served. */
  readonly metricsUrl?: string
  /** Finishes running requests, ends the connections with `$bye`, and stops. Resolves within `closeTimeoutMs`. */
  close(): Promise<void>
}

/** The part of `closeTimeoutMs` for connections that do not end by themselves. */
const DESTROY_MS = 500

/**
 * Starts the server of the demo.
 *
 * @throws Error with one clear line if the address is in use, or if the signing key, the file of the messages or Redis cannot be
 * used.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    port = 0,
    host = '127.0.0.1',
    dataDir,
    sessionSeconds,
    origins,
    pingIntervalMs = 10_000,
    pingTimeoutMs = 8000,
    closeTimeoutMs = 5000,
    requestTimeoutMs = 10_000,
  } = options
  const sessions = createSessions(
    options.sessionKey ?? (await loadSigningKey(dataDir)),
    sessionSeconds === undefined ? {} : { lifeSeconds: sessionSeconds },
  )
  const isAllowedOrigin = createOriginCheck(origins)
  const demoFaults = options.demoFaults ? createDemoFaults(() => rooms.newEpoch()) : undefined
  const httpOptions = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
  }
  const http = createServer(
    httpOptions,
    createRequestListener(sessions, isAllowedOrigin, () => rooms.isReady(), demoFaults),
  )
  const connections = trackConnections(http)
  const prefix = options.redis?.prefix ?? 'roomful'
  const redis = options.redis && (await connectRedis(options.redis.url))
  const log = redis ? redisLog({ client: redis, prefix }) : openFile(options)
  const address = await listen(http, port, host, 'PORT').catch(async (error) => {
    await log.close?.()
    redis?.destroy()
    throw error
  })

  const io: ChatServer = new Server(http, {
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    connectTimeout: 5000,
    maxHttpBufferSize: 128 * 1024,
    cleanupEmptyChildNamespaces: true,
    cors: { origin: (origin, callback) => callback(null, isAllowedOrigin(origin)) },
    // CORS does not cover WebSockets. This check refuses a page of another origin before it gets a session.
    allowRequest: ({ headers }, callback) =>
      isAllowedOrigin(headers.origin) ? callback(null, true) : callback('this origin is not allowed', false),
  })
  const rooms = serveChat(io, sessions, log, {
    trustProxy: options.trustProxy,
    closeTimeoutMs: closeTimeoutMs - DESTROY_MS,
  })
  const broadcast = createBroadcast(io, redis, `${prefix}-chat:events`)
  const created = redis ? createdRoomsInRedis(redis, `${prefix}-chat:rooms`) : createdRoomsInMemory()
  io.on('connection', (socket) => {
    refuseUnknown(socket)
    serveTutorial(socket, broadcast)
    const client = { user: rooms.userOf(socket), network: rooms.networkOf(socket) }
    serveRoomList(socket, client, { created, broadcast })
  })

  async function close(): Promise<void> {
    await rooms.close()
    const limit = setTimeout(() => connections.forEach((connection) => connection.destroy()), DESTROY_MS)
    await io.close()
    clearTimeout(limit)
    broadcast.close()
    redis?.destroy()
  }
  const startRest = async () => {
    await broadcast.ready
    return await startMetrics(options.metrics, () => rooms.metrics())
  }
  const metrics = await startRest().catch(async (error) => {
    await close()
    throw error
  })
  async function closeAll(): Promise<void> {
    await close()
    await metrics?.close()
  }
  const hostInUrl = host.includes(':') ? `[${host}]` : host
  const url = `http://${hostInUrl}:${address.port}`
  return { port: address.port, host, url, ...(metrics && { metricsUrl: metrics.url }), close: closeAll }
}

function openFile({ dataDir, dataFile = join(dataDir, 'rooms.db') }: ServerOptions): RoomLog {
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
