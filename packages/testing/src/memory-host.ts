import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { addressInUse, addressKey, addressKeyOf } from './address.ts'
import { interceptConnections, type NodeModules } from './intercept-connections.ts'

const PLAIN_EVENTS = ['connect']
const TLS_EVENTS = ['connect', 'secureConnect']

/** The listening hosts of this process, by address. */
const hosts = new Map<string, MemoryHost>()
let restoreConnections: (() => void) | undefined

/** Makes an HTTP server reachable at an address inside this process, without a port. */
export class MemoryHost {
  readonly #modules: NodeModules
  readonly #address: string
  readonly #server: Server
  readonly #isReachable: () => boolean
  readonly #sockets = new Set<Duplex>()

  constructor(modules: NodeModules, url: URL, server: Server, isReachable: () => boolean) {
    this.#modules = modules
    this.#address = addressKeyOf(url)
    this.#server = server
    this.#isReachable = isReachable
  }

  get isListening(): boolean {
    return hosts.get(this.#address) === this
  }

  /** @throws RoomfulError `INVALID_ARGUMENT` where another mock server listens at the address. */
  listen(): void {
    const other = hosts.get(this.#address)
    if (other && other !== this) throw addressInUse(this.#address)
    hosts.set(this.#address, this)
    restoreConnections ??= interceptConnections(this.#modules, (address) => hosts.get(addressKey(address)))
  }

  /** Ends all connections as a network failure does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    if (this.isListening) hosts.delete(this.#address)
    this.cut()
    if (hosts.size > 0) return
    restoreConnections?.()
    restoreConnections = undefined
  }

  /** Opens a connection and returns the client's end of it. */
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
    const isRefused = !this.#isReachable()
    if (!isRefused) this.#server.emit('connection', server)
    // Later, because the caller adds its listeners after this function has returned.
    process.nextTick(() => {
      queueMicrotask(() => {
        if (isRefused) client.destroy(connectionRefused(this.#address))
        else if (!client.destroyed) for (const event of isSecure ? TLS_EVENTS : PLAIN_EVENTS) client.emit(event)
      })
    })
    return client
  }
}

/** Adds what HTTP, TLS and WebSocket libraries use of a socket and a plain stream does not have. */
function asSocket(end: Duplex, isSecure: boolean): Duplex {
  const returnSocket = (): Duplex => end
  const push = end.push.bind(end)
  return Object.assign(end, {
    // Copies the bytes, as a network does: a later change of them by the receiver must not reach the sender.
    push: (chunk: Buffer | null) => push(chunk && Buffer.from(chunk)),
    setNoDelay: returnSocket,
    setKeepAlive: returnSocket,
    setTimeout: returnSocket,
    ref: returnSocket,
    unref: returnSocket,
    address: () => ({ address: '127.0.0.1', family: 'IPv4', port: 0 }),
    remoteAddress: '127.0.0.1',
    ...(isSecure && { encrypted: true, authorized: true, alpnProtocol: false }),
  })
}

function connectionRefused(address: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED', syscall: 'connect' })
}
