import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RoomfulError } from '@roomful/contract'
import { type Address, interceptConnections, type NodeModules } from './interception.ts'
import { invalid } from './mock-options.ts'

const PLAIN = ['connect']
const SECURE = ['connect', 'secureConnect']

/** Where connections lead that are meant for a host of a test's own. */
const servers = new Map<string, MemoryNetwork>()
let restore: (() => void) | undefined

/** A network of one host in this process: whoever connects to it there is connected to the server, without a port. */
export class MemoryNetwork {
  readonly #modules: NodeModules
  readonly #key: string
  readonly #server: Server
  readonly #isUnreachable: () => boolean
  readonly #sockets = new Set<Duplex>()

  constructor(modules: NodeModules, url: URL, server: Server, isUnreachable: () => boolean) {
    this.#modules = modules
    this.#key = addressOf(url)
    this.#server = server
    this.#isUnreachable = isUnreachable
  }

  get isListening(): boolean {
    return servers.get(this.#key) === this
  }

  /** @throws RoomfulError `INVALID_ARGUMENT` where another server has the address. */
  listen(): void {
    const other = servers.get(this.#key)
    if (other && other !== this) throw taken(this.#key)
    servers.set(this.#key, this)
    restore ??= interceptConnections(this.#modules, (address) => servers.get(keyOf(address)))
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    if (this.isListening) servers.delete(this.#key)
    this.cut()
    if (servers.size > 0) return
    restore?.()
    restore = undefined
  }

  /** The client's end of a new connection. */
  connect(isSecure: boolean): Duplex {
    const [client, server] = this.#modules.stream.duplexPair()
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(asSocket(end, isSecure))
      end.on('close', () => {
        this.#sockets.delete(end)
        other.destroy()
      })
    }
    const isLost = this.#isUnreachable()
    if (!isLost) this.#server.emit('connection', server)
    // Whoever asked for the connection needs a moment to listen to it.
    process.nextTick(() => {
      queueMicrotask(() => {
        if (isLost) client.destroy(refused(this.#key))
        else if (!client.destroyed) for (const event of isSecure ? SECURE : PLAIN) client.emit(event)
      })
    })
    return client
  }
}

/** The host and port that a URL leads to, of which each has one server. */
export function addressOf(url: URL): string {
  return keyOf({ host: hostOf(url), port: portOf(url) })
}

export function taken(address: string): RoomfulError {
  return invalid(`url: another mock server listens at ${address}, close it first`)
}

const keyOf = ({ host, port }: Address): string => `${host}:${port}`
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')
const portOf = ({ port, protocol }: URL): number => Number(port || (/^(https|wss):$/.test(protocol) ? 443 : 80))

/** What HTTP, TLS and WebSocket libraries call on a socket and a plain stream has not. */
function asSocket(end: Duplex, isSecure: boolean): Duplex {
  const itself = (): Duplex => end
  const push = end.push.bind(end)
  return Object.assign(end, {
    // A network copies: what a receiver does to the bytes changes nothing at the sender's.
    push: (chunk: Buffer | null) => push(chunk && Buffer.from(chunk)),
    setNoDelay: itself,
    setKeepAlive: itself,
    setTimeout: itself,
    ref: itself,
    unref: itself,
    address: () => ({ address: '127.0.0.1', family: 'IPv4', port: 0 }),
    remoteAddress: '127.0.0.1',
    ...(isSecure && { encrypted: true, authorized: true, alpnProtocol: false }),
  })
}

function refused(key: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${key}`), { code: 'ECONNREFUSED', syscall: 'connect' })
}
