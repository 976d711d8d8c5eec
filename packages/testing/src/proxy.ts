import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Direction } from './direction.ts'
import { NO_FAULTS, ProxyConnection } from './proxy-connection.ts'
import type { NetworkConditions } from './proxy-connection.ts'

export type { Direction } from './direction.ts'

/** A test should not wait longer than this. */
const MAX_DELAY_MS = 60_000

/** The options of `createProxy`. */
export interface ProxyOptions {
  /** The real server. @default host 127.0.0.1 */
  readonly target: { readonly host?: string; readonly port: number }
  /** The address to listen on. @default 127.0.0.1 */
  readonly host?: string
  /** The port to listen on. @default any free port */
  readonly port?: number
}

/** A TCP proxy before a real server, with faults on demand. Without a fault it passes all bytes on. */
export interface FaultProxy {
  readonly port: number
  /** The address for clients: `http://HOST:PORT`. */
  readonly url: string
  /** The number of connected clients. */
  readonly connections: number
  /**
   * Ends all faults. Bytes that were held arrive first, in order, and new connections are accepted. Closes the connections
   * that cannot continue: those that lost bytes, and those that were opened during `silence`.
   */
  pass(): void
  /**
   * Stops all traffic until `pass`, as a dead network does. New connections are accepted; no byte, end or failure arrives in
   * either direction. The sockets stop reading, so that TCP holds the bytes. Bytes that the proxy already sent still arrive.
   */
  stall(): void
  /** Stalls only the connections that are open now. New connections work, as when a phone changes its network. */
  strand(): void
  /**
   * Delays all bytes by `ms` milliseconds, 0 to 60,000, in each direction and in order; 0 ends the delay. The proxy holds at
   * most 1 MiB for each direction and connection; then it stops reading. Throws a `RangeError` for any other number.
   */
  delay(ms: number): void
  /**
   * Discards the bytes of one direction, on open and on new connections, until `pass`. Call it twice for both directions.
   * Nothing valid can follow lost bytes, so `pass` closes each connection that lost some. Throws a `RangeError` for any other
   * direction.
   */
  drop(direction: Direction): void
  /** Accepts new connections, but never answers them and does not connect them to the target. Open connections continue. */
  silence(): void
  /** Closes new connections at once. Open connections continue. */
  refuse(): void
  /** Closes all open connections. New connections are treated as before. */
  cut(): void
  /** Closes all open connections by a TCP reset, which discards bytes that have not arrived. */
  reset(): void
  /** Connects new clients to another port of the target. Throws a `RangeError` for an invalid port. */
  retarget(port: number): void
  /** Closes all connections and stops listening. */
  close(): Promise<void>
}

/**
 * Starts a proxy before a server, to test clients on a bad network.
 *
 * @throws RangeError for an invalid port, and the system's error if the proxy cannot listen.
 * @example
 * const proxy = await createProxy({ target: { port: 3001 } })
 * const client = createClient({ url: proxy.url })
 * await client.connect()
 * proxy.cut() // the client reconnects by itself
 */
export async function createProxy({ target, host = '127.0.0.1', port = 0 }: ProxyOptions): Promise<FaultProxy> {
  const upstream = { host: target.host ?? '127.0.0.1', port: checkedPort(target.port, 'target.port') }
  const connections = new Set<ProxyConnection>()
  let conditions = NO_FAULTS
  let newConnections: 'accept' | 'refuse' | 'silence' = 'accept'

  function accept(client: Socket): void {
    if (newConnections === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const connection = new ProxyConnection(
      client,
      () => connect({ ...upstream, allowHalfOpen: true }),
      () => connections.delete(connection),
    )
    connections.add(connection)
    if (newConnections === 'silence') connection.silence()
    else connection.apply(conditions)
  }

  function change(next: Partial<NetworkConditions>): void {
    conditions = { ...conditions, ...next }
    for (const connection of connections) connection.apply(conditions)
  }

  const server = createServer({ allowHalfOpen: true }, accept).listen({ host, port })
  await once(server, 'listening')
  const address = server.address() as AddressInfo

  return {
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    get connections() {
      return connections.size
    },
    pass() {
      newConnections = 'accept'
      conditions = NO_FAULTS
      for (const connection of connections) connection.clearFaults()
    },
    stall() {
      newConnections = 'accept'
      change({ isStalled: true })
    },
    strand() {
      for (const connection of connections) connection.strand()
    },
    delay(ms) {
      change({ delayMs: checkedDelay(ms) })
    },
    drop(direction) {
      change({ dropped: new Set([...conditions.dropped, checkedDirection(direction)]) })
    },
    silence() {
      newConnections = 'silence'
    },
    refuse() {
      newConnections = 'refuse'
    },
    cut() {
      for (const connection of connections) connection.cut()
    },
    reset() {
      for (const connection of connections) connection.reset()
    },
    retarget(next) {
      upstream.port = checkedPort(next, 'the port')
    },
    async close() {
      for (const connection of connections) connection.cut()
      server.close()
      await once(server, 'close')
    },
  }
}

function checkedPort(port: number, name: string): number {
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new RangeError(`proxy: ${name} must be a whole number from 1 to 65535, got ${String(port)}`)
}

function checkedDelay(ms: number): number {
  if (ms >= 0 && ms <= MAX_DELAY_MS) return ms
  throw new RangeError(`proxy: a delay must be 0 to ${MAX_DELAY_MS} ms, got ${String(ms)}`)
}

function checkedDirection(direction: Direction): Direction {
  if (direction === 'toServer' || direction === 'toClient') return direction
  throw new RangeError(`proxy: a direction must be 'toServer' or 'toClient', got ${String(direction)}`)
}
