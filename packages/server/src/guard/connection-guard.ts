import type { Socket as TcpSocket } from 'node:net'
import type { Bye } from '@roomful/contract/protocol'
import type { BoundName } from '../metrics/metrics.ts'
import type { EngineConnection } from './engine.ts'
import { FrameRules } from './frame-rules.ts'
import { PageTurns } from './page-turns.ts'
import type { ServerLimits } from './server-limits.ts'
import { UnsentBytes } from './unsent-bytes.ts'
import type { UnsentTotal } from './unsent-total.ts'

/** A connection may have too much unsent for this long, so that a burst or a short stall does not end it. */
const FULL_MS = 500
/** What a request takes in memory while it waits to read a page. */
const REQUEST_BYTES = 4_096
/** How long an ended connection may take to read `$bye`, and to close. */
const LINGER_MS = 1_000
/** How long a client may take to end its TCP connection after the server has closed it. */
const CLOSE_MS = 5_000
/** After this, a client that was told to return may return. */
const RETURN_MS = 1_000

export interface GuardParts {
  readonly limits: ServerLimits
  /** The most bytes of one page. */
  readonly pageBytes: number
  /** A number that changes with each turn of the event loop. */
  turn(): number
  readonly unsent: UnsentTotal
  /** Those of all connections, by the event of Engine.IO. A function for each connection would take memory. */
  readonly listeners: Readonly<Record<'packet' | 'packetCreate' | 'flush' | 'close', (packet: Packet) => void>>
  /** Starts or stops the deadlines that apply to the connection now. */
  setDeadlines(guard: ConnectionGuard, state: Pick<FrameRules, 'isUnused' | 'isIncomplete'>): void
  hit(bound: BoundName): void
  closed(guard: ConnectionGuard): void
}

/** A packet of Engine.IO. */
export interface Packet {
  readonly type: string
  readonly data?: unknown
}

/** A session of the connection. */
interface Session {
  /** Tells its client of the end. */
  bye(bye: Bye): void
  dropWaiting(): void
}

/** Bounds what one connection can make the server do before it is admitted, and what it leaves unread. */
export class ConnectionGuard {
  readonly turns: PageTurns
  readonly #connection: EngineConnection
  readonly #parts: GuardParts
  readonly #rules: FrameRules
  readonly #unsent: UnsentBytes
  /** One for each namespace. */
  readonly #sessions: Session[] = []
  /** The bytes of the requests that wait for their turn. */
  #waitingBytes = 0
  #turn = 0
  #packetsInTurn = 0
  /** When too much began to be unsent. */
  #fullSince: number | undefined
  /** Set once `$bye` was sent: when the connection is closed even if that was not read. */
  #closeAt: number | undefined

  constructor(connection: EngineConnection, parts: GuardParts) {
    this.#connection = connection
    this.#parts = parts
    this.#rules = new FrameRules(parts.limits.namespaces, connection.protocol === 3)
    this.#unsent = new UnsentBytes(connection)
    this.turns = new PageTurns(this, parts.unsent)
    for (const [event, listener] of Object.entries(parts.listeners)) connection.on(event, listener)
    parts.setDeadlines(this, this.#rules)
  }

  get id(): string {
    return this.#connection.id
  }

  /** All that the connection holds in memory: what it did not read, requests that wait, and attachments of incomplete packets. */
  get bytes(): number {
    const { turns } = this
    return this.#unsent.bytes + this.#waitingBytes + turns.waiting * REQUEST_BYTES + this.#rules.heldBytes
  }

  add(session: Session): void {
    this.#sessions.push(session)
  }

  remove(session: Session): void {
    const index = this.#sessions.indexOf(session)
    if (index !== -1) this.#sessions.splice(index, 1)
  }

  /** Of a request that waits for its turn; negative when it waits no more. */
  countWaiting(bytes: number): void {
    this.#waitingBytes += bytes
    if (bytes > 0) this.#parts.unsent.changed(this, bytes)
  }

  /** The connection answers a request over this TCP socket. */
  responds(socket: TcpSocket, isUpgrade: boolean): void {
    this.#unsent.responds(socket, isUpgrade)
    this.#parts.unsent.changed(this, 0)
  }

  /** Closes the connection if too much is unsent for too long. */
  check(now: number): void {
    if (this.#closeAt !== undefined) {
      if (this.#connection.transport.writable || now >= this.#closeAt) this.close()
    } else if (this.#unsent.besidesLargest <= this.#parts.limits.unsentBytes) this.#fullSince = undefined
    else if (now - (this.#fullSince ??= now) >= FULL_MS) {
      this.#parts.hit('unsent')
      this.#unsent.drop()
      this.#dropWaiting()
      this.#sayBye('too much was not read')
      this.#closeAt = now + LINGER_MS
    }
  }

  /** Closes the connection now; what is unsent is dropped. */
  close(): void {
    this.#dropWaiting()
    this.#connection.close(true)
    this.#unsent.destroy()
  }

  /** Closes the connection because it has hit a bound. */
  end(bound: BoundName): void {
    this.#parts.hit(bound)
    this.#dropWaiting()
    if (bound === 'events') this.#sayBye('too many packets at once')
    this.#connection.close(true)
    this.#destroyLater(LINGER_MS)
  }

  /** Stops guarding. */
  stop(): void {
    for (const [event, listener] of Object.entries(this.#parts.listeners)) this.#connection.off(event, listener)
    this.turns.close()
  }

  received({ type, data }: Packet): void {
    const turn = this.#parts.turn()
    if (turn !== this.#turn) this.#packetsInTurn = 0
    this.#turn = turn
    this.#packetsInTurn += 1
    if (this.#packetsInTurn > this.#parts.limits.eventsAtOnce) return this.end('events')
    if (type !== 'message') return
    const violation = this.#withDeadlines(() => this.#rules.received(data))
    if (violation !== undefined) this.end(violation)
    else if (this.#rules.isIncomplete) this.#parts.unsent.changed(this, 0)
  }

  created(packet: Packet): void {
    if (packet.type === 'message') this.#withDeadlines(() => this.#rules.sent(packet.data))
    this.#parts.unsent.changed(this, this.#unsent.created(packet))
  }

  flushed(): void {
    this.#unsent.flushed()
  }

  closed(): void {
    this.stop()
    this.#destroyLater(CLOSE_MS)
    this.#parts.closed(this)
  }

  #withDeadlines<T>(change: () => T): T {
    const { isUnused, isIncomplete } = this.#rules
    const result = change()
    if (isUnused !== this.#rules.isUnused || isIncomplete !== this.#rules.isIncomplete)
      this.#parts.setDeadlines(this, this.#rules)
    return result
  }

  mayReadPage(running: number): boolean {
    const { limits, pageBytes, unsent } = this.#parts
    if (this.#closeAt !== undefined) return false
    const isAllowed = this.#unsent.bytes + running * pageBytes <= limits.unsentBytes / 4 && unsent.hasRoom()
    if (!isAllowed) unsent.changed(this, 0)
    return isAllowed
  }

  #dropWaiting(): void {
    for (const session of this.#sessions) session.dropWaiting()
  }

  #sayBye(message: string): void {
    // A copy, since each session is removed when it ends.
    for (const session of this.#sessions.slice()) session.bye({ code: 'RATE', after: RETURN_MS, message })
  }

  /** A WebSocket waits 30 s for its peer to close, and keeps what is unsent for as long. */
  #destroyLater(ms: number): void {
    if (this.#unsent.isOpen) setTimeout(() => this.#unsent.destroy(), ms).unref?.()
  }
}
