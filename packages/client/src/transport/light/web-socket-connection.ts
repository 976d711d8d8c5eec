import { NOT_SOCKET_IO } from '../failure-sentence.ts'
import { readHandshake } from '../handshake.ts'
import { DeadConnection, Probe, PROBE_NAMESPACE } from '../probe.ts'
import { CONNECT, CONNECT_ERROR, DISCONNECT, encode, type Packet, PacketReader } from './packet-codec.ts'
import { OPEN, type WebSocketLike } from './web-socket.ts'

/** Why a connection ended, in the words of engine.io-client. */
type EndReason = 'transport close' | 'transport error' | 'ping timeout' | 'forced close'

/** A failure of the WebSocket or of a packet, in the form that engine.io-client gives it. */
export class TransportError extends Error {
  /** The event of the WebSocket, or the error of the packet. */
  readonly description: unknown

  constructor(message: string, description: unknown) {
    super(message)
    this.description = description
  }
}

/** One namespace of a connection. */
export interface ConnectionUser {
  readonly nsp: string
  /** The server has sent its handshake. Called at most once. */
  opened(): void
  received(packet: Packet): void
  /** The connection has ended, or could not be opened. Called at most once, and last. */
  ended(reason: EndReason, cause: unknown, wasOpen: boolean): void
}

/**
 * One connection of Engine.IO 4 over a WebSocket, and the namespaces that share it. It ends once. When its last namespace
 * has left, it closes.
 */
export class WebSocketConnection {
  state: 'opening' | 'open' | 'closed' = 'opening'
  /** The largest packet that the server takes, by its handshake. */
  maxPayload: unknown
  /** When the last packet came, in milliseconds since 1970. */
  receivedAt = 0
  /** How many packets were sent in this turn of the event loop. */
  unsentPackets = 0
  readonly #socket: WebSocketLike
  readonly #onEnd: (connection: WebSocketConnection) => void
  readonly #reader = new PacketReader()
  /** Without a value: the namespace was left before the server had answered. */
  readonly #users = new Map<string, ConnectionUser | undefined>()
  #probe: Probe | undefined
  #heartbeatMs = 0
  #heartbeat: ReturnType<typeof setTimeout> | undefined
  /** When the heartbeat is overdue, in milliseconds since 1970. */
  #overdueAt = Infinity

  /** `onEnd` is called before `ended` of the namespaces. */
  constructor(socket: WebSocketLike, onEnd: (connection: WebSocketConnection) => void) {
    this.#onEnd = onEnd
    this.#socket = socket
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onmessage = ({ data }) => this.#receive(data)
    this.#socket.onerror = (event) => this.end('transport error', new TransportError('websocket error', event))
    this.#socket.onclose = (event) => this.end('transport close', new TransportError('websocket closed', event))
    globalThis.addEventListener?.('offline', this.#onOffline)
  }

  /** Whether a packet that is given now goes out now. */
  get isReady(): boolean {
    return this.state === 'open' && this.#socket.readyState === OPEN && !this.#isOverdue
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Whether a namespace can be added: it is not in use, and no late answer for it may come. */
  hasPlaceFor(nsp: string): boolean {
    return !this.#users.has(nsp)
  }

  add(user: ConnectionUser): void {
    this.#users.set(user.nsp, user)
    if (this.state === 'open') user.opened()
  }

  /** `isUnanswered`: the server may still accept the namespace. */
  remove({ nsp }: ConnectionUser, isUnanswered = false): void {
    if (isUnanswered) this.#users.set(nsp, undefined)
    else this.#users.delete(nsp)
    if (!Array.from(this.#users.values()).some(Boolean)) this.end('forced close')
  }

  send(pieces: readonly unknown[]): void {
    if (this.state !== 'open') return
    if (this.unsentPackets === 0) void Promise.resolve().then(() => (this.unsentPackets = 0))
    this.unsentPackets += pieces.length
    for (const piece of pieces) this.#socket.send(typeof piece === 'string' ? `4${piece}` : piece)
  }

  /** As `SocketPort.checkAlive`. */
  checkAlive(mayBeDead: boolean): void {
    if (this.state !== 'open') return
    if (this.#isOverdue) return this.#endDead(new DeadConnection('the heartbeat is overdue'))
    if (!mayBeDead || this.#probe) return
    this.send(encode({ type: CONNECT, nsp: PROBE_NAMESPACE }))
    this.#probe = new Probe(() => this.unsentBytes, this.#endDead)
  }

  end(reason: EndReason, cause?: unknown): void {
    if (this.state === 'closed') return
    const wasOpen = this.state === 'open'
    this.state = 'closed'
    clearTimeout(this.#heartbeat)
    this.#endProbe()
    globalThis.removeEventListener?.('offline', this.#onOffline)
    this.#socket.close()
    this.#onEnd(this)
    for (const user of this.#users.values()) user?.ended(reason, cause, wasOpen)
  }

  readonly #onOffline = (): void => this.end('transport close')
  readonly #endDead = (error: DeadConnection): void => this.end('ping timeout', error)

  get #isOverdue(): boolean {
    return Date.now() > this.#overdueAt
  }

  /** Nothing that a server sends is thrown out of the WebSocket's event. */
  #receive(frame: unknown): void {
    if (this.state === 'closed') return
    this.receivedAt = Date.now()
    this.#probe?.received()
    try {
      if (this.state === 'opening') this.#open(frame)
      else if (typeof frame !== 'string') this.#deliver(frame)
      else this.#read(frame.charAt(0), frame.slice(1))
    } catch (cause) {
      this.end('transport error', new TransportError('invalid packet', cause))
    }
  }

  #open(frame: unknown): void {
    if (typeof frame !== 'string' || !frame.startsWith('0')) throw new Error(NOT_SOCKET_IO)
    // python-engineio rounds a short interval to 0: its pings are not expected then.
    const { pingInterval, pingTimeout, maxPayload } = readHandshake(frame.slice(1), 0)
    this.maxPayload = maxPayload
    this.#heartbeatMs = pingInterval && pingInterval + pingTimeout
    this.#expectPing()
    this.state = 'open'
    for (const user of this.#users.values()) user?.opened()
  }

  /** A packet of Engine.IO by its type; those of an upgrade are ignored. */
  #read(type: string, data: string): void {
    if (type === '4') return this.#deliver(data)
    if (type === '1') return this.end('transport close')
    if (type === '2') {
      this.#expectPing()
      this.#socket.send(`3${data}`)
    } else if (!/[356]/.test(type)) throw new Error('an unknown packet, or a second handshake')
  }

  #deliver(frame: unknown): void {
    const packet = this.#reader.read(frame)
    if (!packet) return
    const { nsp, type } = packet
    const user = this.#users.get(nsp)
    if (user) return user.received(packet)
    const isProbe = nsp === PROBE_NAMESPACE
    if (isProbe) this.#endProbe()
    else if (!this.#users.has(nsp)) return
    // The server accepted the probe, or a namespace that was left meanwhile.
    if (type === CONNECT) this.send(encode({ type: DISCONNECT, nsp }))
    // Events may come before the answer.
    if (type === CONNECT || type === CONNECT_ERROR) this.#users.delete(nsp)
  }

  #expectPing(): void {
    if (this.#heartbeatMs === 0) return
    clearTimeout(this.#heartbeat)
    this.#overdueAt = Date.now() + this.#heartbeatMs
    this.#heartbeat = setTimeout(() => this.end('ping timeout'), this.#heartbeatMs)
  }

  #endProbe(): void {
    this.#probe?.stop()
    this.#probe = undefined
  }
}
