import { RoomfulError } from '@roomful/contract'
import { isObject } from '@roomful/contract/protocol'
import { lostSentence, refusalError, unreachable } from '../connection-errors.ts'
import { failureSentence, OLD_SERVER } from '../failure-sentence.ts'
import { sizeError } from '../message-size.ts'
import { withoutOffset } from '../packet-offset.ts'
import { DeadConnection } from '../probe.ts'
import { type OnLost, RecentEmits } from '../recent-emits.ts'
import type { SocketHandlers } from '../socket-port.ts'
import { ACK, CONNECT, CONNECT_ERROR, DISCONNECT, encode, EVENT, type Packet } from './packet-codec.ts'
import { type ConnectionUser, TransportError, type WebSocketConnection } from './web-socket-connection.ts'

/** The hint for a connection that a proxy may have blocked. */
export const NO_FALLBACK =
  'if a proxy blocks WebSockets: @roomful/client/light cannot fall back to polling, @roomful/client can'

/** A server with connection state recovery recognizes a client by this, also on its next connection. */
export interface Session {
  pid?: string | undefined
  offset?: string | undefined
}

/** A server that sends more events before it answers the CONNECT ends the attempt. */
const MAX_EARLY = 10_000

type Settle = (values: unknown[] | undefined) => void

/** A Socket.IO socket: one namespace on one connection, from an attempt to connect to its end. */
export class NamespaceSocket implements ConnectionUser {
  readonly nsp: string
  readonly #connection: WebSocketConnection
  readonly #address: string
  readonly #auth: Readonly<Record<string, unknown>>
  readonly #session: Session
  readonly #handlers: SocketHandlers
  readonly #acks = new Map<number, Settle>()
  readonly #recent = new RecentEmits()
  /** Events from before the CONNECT was answered: they end with an attempt that is refused. */
  readonly #early: (() => void)[] = []
  #lastId = -1
  #status: 'connecting' | 'connected' | 'ended' = 'connecting'

  /** `address`: for the sentences of errors. */
  constructor(
    nsp: string,
    connection: WebSocketConnection,
    address: string,
    auth: Readonly<Record<string, unknown>>,
    session: Session,
    handlers: SocketHandlers,
  ) {
    this.nsp = nsp
    this.#connection = connection
    this.#address = address
    this.#auth = auth
    this.#session = session
    this.#handlers = handlers
  }

  get isReady(): boolean {
    return this.#status === 'connected' && this.#connection.isReady
  }

  emit(event: string, args: readonly unknown[], onLost?: OnLost): void {
    this.#send({ type: EVENT, data: [event, ...args] }, () => `"${event}"`)
    if (onLost) this.#recent.add(onLost, this.#connection.receivedAt)
  }

  emitWithAck(event: string, args: readonly unknown[], settle: Settle): () => void {
    const id = (this.#lastId += 1)
    this.#send({ type: EVENT, id, data: [event, ...args] }, () => `"${event}"`)
    this.#acks.set(id, settle)
    return () => void this.#acks.delete(id)
  }

  /** Ends the socket from this side. `isStuck`: the connection is of no use to other namespaces either. */
  leave(isStuck: boolean): void {
    const isConnecting = this.#status === 'connecting'
    if (this.#status === 'connected') this.#send({ type: DISCONNECT })
    if (this.#end()) this.#connection.remove(this, isConnecting && this.#connection.state === 'open')
    if (isStuck && this.#connection.state === 'opening') this.#connection.end('forced close')
    this.#settleAll()
  }

  opened(): void {
    try {
      this.#send({ type: CONNECT, data: { ...this.#session, ...this.#auth } }, () => 'auth')
    } catch (error) {
      if (!(error instanceof RoomfulError)) throw error
      // Later: `add` may be in the middle of a call of the port.
      void Promise.resolve().then(() => this.#fail(error, true))
    }
  }

  received({ type, id, data }: Packet): void {
    if (type === EVENT) this.#receiveEvent(data as [unknown, ...unknown[]], id)
    else if (type === ACK) this.#settle(id, data as unknown[])
    else if (type === CONNECT) this.#receiveConnect(data)
    else if (type === CONNECT_ERROR) this.#fail(refusalError(errorIn(data)), true)
    else if (this.#leaveConnection())
      this.#finish(() =>
        this.#handlers.closed(new RoomfulError('KICKED', lostSentence('io server disconnect', undefined)), true, false),
      )
  }

  ended(reason: string, cause: unknown, wasOpen: boolean): void {
    if (!this.#end()) return
    const error = wasOpen
      ? new RoomfulError('DISCONNECTED', lostSentence(reason, cause), { cause })
      : this.#unreachable(cause)
    this.#finish(() => {
      if (wasOpen) this.#handlers.closed(error, false, cause instanceof DeadConnection)
      else this.#handlers.failed(error, false)
    })
  }

  #receiveConnect(data: unknown): void {
    if (this.#status !== 'connecting') return
    const { sid, pid } = (data ?? {}) as Readonly<Record<string, unknown>>
    if (typeof sid !== 'string')
      return this.#fail(this.#unreachable(new TransportError('invalid packet', new Error(OLD_SERVER))), false)
    const recovered = pid !== undefined && pid === this.#session.pid
    if (!recovered) Object.assign(this.#session, { pid: typeof pid === 'string' ? pid : undefined, offset: undefined })
    this.#status = 'connected'
    for (const deliver of this.#early.splice(0)) deliver()
    this.#handlers.opened(sid, recovered)
  }

  #receiveEvent([event, ...given]: [unknown, ...unknown[]], id: number | undefined): void {
    if (typeof event !== 'string') return
    let args = given
    const last = args.at(-1)
    if (id !== undefined) args.push(this.#answerTo(id))
    else if (this.#session.pid !== undefined && typeof last === 'string') {
      this.#session.offset = last
      args = withoutOffset(args, Date.now())
    }
    const deliver = (): void => this.#handlers.packet(event, args)
    if (this.#status === 'connected') return deliver()
    if (this.#early.push(deliver) > MAX_EARLY) throw new Error(`more than ${MAX_EARLY} events before the CONNECT`)
  }

  /** Sends one answer, while this connection lasts. */
  #answerTo(id: number): (...values: unknown[]) => void {
    let isSent = false
    return (...data) => {
      if (!isSent) this.#send({ type: ACK, id, data }, () => 'the answer')
      isSent = true
    }
  }

  #settle(id: number | undefined, values: unknown[]): void {
    const settle = this.#acks.get(id ?? -1)
    this.#acks.delete(id ?? -1)
    settle?.(values)
  }

  #fail(error: RoomfulError, isRefused: boolean): void {
    if (this.#leaveConnection()) this.#finish(() => this.#handlers.failed(error, isRefused))
  }

  #leaveConnection(): boolean {
    const isFirst = this.#end()
    if (isFirst) this.#connection.remove(this)
    return isFirst
  }

  /** True for the first call. */
  #end(): boolean {
    const isFirst = this.#status !== 'ended'
    this.#status = 'ended'
    return isFirst
  }

  /** Reports emits that may be lost, calls the handler of the end, and settles calls without an answer. */
  #finish(callHandler: () => void): void {
    for (const onLost of this.#recent.take(this.#connection.receivedAt)) onLost(true)
    callHandler()
    this.#settleAll()
  }

  #settleAll(): void {
    const pending = Array.from(this.#acks.values())
    this.#acks.clear()
    for (const settle of pending) settle(undefined)
  }

  /** Throws `TOO_LARGE`, or what the encoder throws. */
  #send(packet: Omit<Packet, 'nsp'>, nameOf?: () => string): void {
    if (this.#status === 'ended') return
    const pieces = encode({ ...packet, nsp: this.nsp })
    const error = nameOf && sizeError(pieces, this.#connection.maxPayload, nameOf)
    if (error) throw error
    this.#connection.send(pieces)
  }

  #unreachable(cause: unknown): RoomfulError {
    const error = cause instanceof Error ? cause : new Error('no connection')
    return unreachable(error, this.#address, `${failureSentence(error)} (${NO_FALLBACK})`)
  }
}

/** The error that the server gave for its refusal. */
function errorIn(data: unknown): Error {
  const { message, data: details } = (isObject(data) ? data : {}) as { message?: unknown; data?: unknown }
  return Object.assign(new Error(String(message ?? data)), { data: details })
}
