import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { ALL_WELL, ProxyLink } from './proxy-link.ts'
import type { Conditions, Direction } from './proxy-link.ts'

export type { Direction } from './proxy-link.ts'

/** Longer than any time-out that a test should wait for. */
const LONGEST_DELAY_MS = 60_000

/** What `createProxy` takes. */
export interface ProxyOptions {
  /** The real server; its `host` is 127.0.0.1 unless given. */
  readonly target: { readonly host?: string; readonly port: number }
  /** The address to listen on: 127.0.0.1 unless given. */
  readonly host?: string
  /** The port to listen on: any free one unless given. */
  readonly port?: number
}

/** A TCP proxy before a real server, which fails on demand. It passes until it is told otherwise. */
export interface FaultProxy {
  readonly port: number
  /** Where clients connect: `http://HOST:PORT`. */
  readonly url: string
  /** How many clients are connected. */
  readonly connections: number
  /**
   * Heals: bytes flow at once, beginning with those that were held, and new connections are let in. What cannot be
   * healed is closed: connections that lost bytes, and those that met with silence.
   */
  pass(): void
  /**
   * Goes silent as a dead network does: new connections are accepted, and bytes, ends and failures are held in both
   * directions until `pass`. They stay in the sockets, which stop reading. What was passed on before still arrives.
   */
  stall(): void
  /** As `stall`, for the connections that are open now: new ones get through, as when a phone changes its network. */
  strand(): void
  /**
   * Makes the way longer: bytes arrive this many milliseconds later in each direction, in order, 0 to 60,000; 0 ends it.
   * At most 1 MiB a direction is on its way; then it stops reading. Throws a `RangeError` for any other number.
   */
  delay(ms: number): void
  /**
   * Loses what goes one way, on open connections and new ones, until `pass`. Call it twice for both. Nothing can follow
   * upon lost bytes, so `pass` closes each connection that lost some. Throws a `RangeError` for any other direction.
   */
  drop(direction: Direction): void
  /** New connections are accepted, by nobody: they hear nothing and do not reach the target. Open ones go on. */
  silence(): void
  /** Closes new connections at once; open ones stay as they are. */
  refuse(): void
  /** Closes all open connections, and goes on as before with new ones. */
  cut(): void
  /** As `cut`, by a TCP reset, which throws away what is on its way. */
  reset(): void
  /** Sends new connections to another port of the target: its server came back there. Throws a `RangeError` for none. */
  retarget(port: number): void
  /** Closes every connection and stops listening. */
  close(): Promise<void>
}

/**
 * Starts a proxy before a server, to see what clients make of a bad network.
 *
 * @throws RangeError for an impossible port, and the system's error where it cannot listen.
 * @example
 * const proxy = await createProxy({ target: { port: 3001 } })
 * const client = createClient({ url: proxy.url })
 * await client.connect()
 * proxy.cut() // the client comes back by itself
 */
export async function createProxy({ target, host = '127.0.0.1', port = 0 }: ProxyOptions): Promise<FaultProxy> {
  const upstream = { host: target.host ?? '127.0.0.1', port: checkedPort(target.port, 'target.port') }
  const links = new Set<ProxyLink>()
  let conditions = ALL_WELL
  let welcome: 'let in' | 'refuse' | 'silence' = 'let in'

  function accept(client: Socket): void {
    if (welcome === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const link = new ProxyLink(
      client,
      () => connect({ ...upstream, allowHalfOpen: true }),
      () => links.delete(link),
    )
    links.add(link)
    if (welcome === 'silence') link.silence()
    else link.apply(conditions)
  }

  function change(next: Partial<Conditions>): void {
    conditions = { ...conditions, ...next }
    for (const link of links) link.apply(conditions)
  }

  const server = createServer({ allowHalfOpen: true }, accept).listen({ host, port })
  await once(server, 'listening')
  const address = server.address() as AddressInfo

  return {
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    get connections() {
      return links.size
    },
    pass() {
      welcome = 'let in'
      conditions = ALL_WELL
      for (const link of links) link.heal()
    },
    stall() {
      welcome = 'let in'
      change({ held: true })
    },
    strand() {
      for (const link of links) link.strand()
    },
    delay(ms) {
      change({ delayMs: checkedDelay(ms) })
    },
    drop(direction) {
      change({ dropped: new Set([...conditions.dropped, checkedDirection(direction)]) })
    },
    silence() {
      welcome = 'silence'
    },
    refuse() {
      welcome = 'refuse'
    },
    cut() {
      for (const link of links) link.cut()
    },
    reset() {
      for (const link of links) link.reset()
    },
    retarget(next) {
      upstream.port = checkedPort(next, 'the port')
    },
    async close() {
      for (const link of links) link.cut()
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
  if (ms >= 0 && ms <= LONGEST_DELAY_MS) return ms
  throw new RangeError(`proxy: a delay must be 0 to ${LONGEST_DELAY_MS} ms, got ${String(ms)}`)
}

function checkedDirection(direction: Direction): Direction {
  if (direction === 'toServer' || direction === 'toClient') return direction
  throw new RangeError(`proxy: a direction must be 'toServer' or 'toClient', got ${String(direction)}`)
}
