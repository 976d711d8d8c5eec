import { type ErrorCode, RoomfulError } from '@roomful/contract'
import type { SocketHandlers, SocketPort } from '@roomful/client/tools'
import { DelayQueue, type FaultName, Faults, type Packet, seeded } from '@roomful/testing/faults'

/** What has happened to a packet, or to the connection. */
export type OnFault = (fault: string, detail?: string) => void

type Settle = (values: unknown[] | undefined) => void

const NO_NETWORK = 'offline (a fault of the devtools)'

/** Stands between a client and its port: delays, drops, duplicates and reorders packets, and refuses attempts. */
export class FaultyPort {
  readonly faults: Faults = new Faults(seeded(1))
  readonly #port: SocketPort
  readonly #handlers: SocketHandlers
  readonly #onFault: OnFault
  readonly #in = new DelayQueue()
  readonly #out = new DelayQueue()
  /** Events that are delayed or lost, and calls without an answer: they end with the connection. */
  readonly #unsent = new Set<() => void>()
  readonly #calls = new Set<() => void>()
  /** Counts attempts and ends: what belongs to an earlier one changes nothing. */
  #turn = 0
  #auth: unknown

  /** `port` and `handlers` are the client's own functions, before they were replaced. */
  constructor(port: SocketPort, handlers: SocketHandlers, onFault: OnFault) {
    this.#port = port
    this.#handlers = handlers
    this.#onFault = onFault
  }

  readonly open = (auth: Readonly<Record<string, unknown>>): void => {
    const turn = (this.#turn += 1)
    this.#auth = auth
    const refusal = this.faults.refusalOf(auth)
    if (!this.faults.isOffline && !refusal) return this.#port.open(auth)
    const error = refusal ? refused(refusal.message, refusal.data) : new RoomfulError('UNREACHABLE', NO_NETWORK)
    // Later, as the failure of a real attempt.
    setTimeout(() => {
      if (turn === this.#turn) this.#handlers.failed(error, refusal !== undefined)
    })
  }

  readonly close = (isStuck?: boolean): void => {
    this.#turn += 1
    this.#in.clear()
    this.#port.close(isStuck)
    this.#end()
  }

  readonly emit = (event: string, args: readonly unknown[], onLost?: (mayBeSent: boolean) => void): void => {
    if (event === '$auth') this.#noticeAuth(args)
    if (!this.faults.hasPacketFaults) return this.#port.emit(event, args, onLost)
    const copy = this.#port.copy(args)
    const lose = (): void => onLost?.(false)
    this.#unsent.add(lose)
    this.#apply('toServer', 'event', event, copy, () => {
      if (!this.#port.isReady()) return
      this.#unsent.delete(lose)
      this.#port.emit(event, copy, onLost)
    })
  }

  readonly emitWithAck = (event: string, args: readonly unknown[], settle: Settle): (() => void) => {
    if (event === '$auth') this.#noticeAuth(args)
    let isSettled = false
    let forget = (): void => {}
    const finish = (values: unknown[] | undefined): void => {
      if (isSettled) return
      isSettled = true
      this.#calls.delete(cutOff)
      settle(values)
    }
    const cutOff = (): void => finish(undefined)
    const answered = (values: unknown[] | undefined): void => {
      if (values) this.#apply('toClient', 'ack', event, values, () => finish(values))
      else this.#in.push(cutOff, this.faults.delayMs)
    }
    this.#calls.add(cutOff)
    const undo = (): void => {
      isSettled = true
      this.#calls.delete(cutOff)
      forget()
    }
    if (this.faults.hasPacketFaults) {
      const copy = this.#port.copy(args)
      this.#apply('toServer', 'event', event, copy, () => {
        if (isSettled || !this.#port.isReady()) return
        const forgetEarlier = forget // of the first packet of two
        const forgetThis = this.#port.emitWithAck(event, copy, answered)
        forget = () => {
          forgetEarlier()
          forgetThis()
        }
      })
      return undo
    }
    try {
      forget = this.#port.emitWithAck(event, args, answered)
    } catch (error) {
      undo()
      throw error
    }
    return undo
  }

  readonly packet = (event: string, args: unknown[]): void => {
    this.#apply('toClient', 'event', event, args, () => this.#handlers.packet(event, args))
  }

  /** Calls a handler behind the packets that came before. */
  inOrder(call: () => void): void {
    this.#in.push(call, this.faults.delayMs)
  }

  /** The connection has ended: what is delayed on its way to the server never arrives. */
  ended(): void {
    this.#turn += 1
    this.#end()
  }

  /** Breaks the connection or the running attempt as a failure of the network does. */
  cut(isConnected: boolean): void {
    if (isConnected) return this.#port.cut()
    this.close(true)
    this.#handlers.failed(new RoomfulError('UNREACHABLE', 'cut (a fault of the devtools)'), false)
  }

  /** Refuses the credentials of the last attempt from now on. False where there were none. */
  expire(): boolean {
    return this.faults.expire(this.#auth)
  }

  /** Delivers what is delayed now. */
  flush(): void {
    this.#out.flush()
    this.#in.flush()
  }

  #apply(
    direction: Packet['direction'],
    type: 'event' | 'ack',
    event: string,
    args: readonly unknown[],
    deliver: () => void,
  ): void {
    const queue = direction === 'toServer' ? this.#out : this.#in
    const packet: Packet = {
      direction,
      type,
      event,
      args,
      data: args[0],
      namespace: '/',
      auth: this.#auth,
      socketId: undefined,
    }
    const turn = this.#turn
    const name = this.faults.apply(packet, queue, () => {
      if (turn === this.#turn) queue.push(deliver, this.faults.delayMs)
    })
    if (name)
      this.#onFault(
        WORDS[name],
        `${type === 'ack' ? 'the answer to ' : ''}"${event}" ${direction === 'toServer' ? 'to' : 'from'} the server`,
      )
  }

  #noticeAuth([request]: readonly unknown[]): void {
    this.#auth = (request as { readonly auth?: unknown } | undefined)?.auth ?? this.#auth
  }

  #end(): void {
    this.#out.clear()
    for (const pending of [this.#unsent, this.#calls]) {
      const ends = Array.from(pending)
      pending.clear()
      for (const end of ends) end()
    }
  }
}

const WORDS: Readonly<Record<FaultName, string>> = {
  dropNext: 'dropped',
  duplicateNext: 'duplicated',
  reorder: 'reordered',
}

function refused(message: string, data: unknown): RoomfulError {
  const code: ErrorCode = (data as { readonly code?: string } | undefined)?.code ?? 'REFUSED'
  return new RoomfulError(code, `the server refused the connection: ${message}`, { refusal: { code, message, data } })
}
