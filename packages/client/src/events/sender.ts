import { RoomfulError } from '@roomful/contract'
import type { Inspect } from '../inspect.ts'
import type { SocketPort } from '../transport/socket-port.ts'
import { encoding, snapshot } from './snapshot.ts'

/** How long to wait for an answer, and what else ends the wait. */
export interface CallOptions {
  /** Milliseconds. @default 10000 (the client's `ackTimeoutMs`) */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

interface AskOptions extends CallOptions {
  readonly timeoutMs: number
}

/** Something to send, now or as soon as that is allowed. */
interface Parcel {
  readonly event: string
  args: readonly unknown[]
  readonly send: (args: readonly unknown[]) => void
  /** It was not sent, and never will be. */
  readonly fail?: (error: RoomfulError) => void
}

/** Sends packets, in order, and sees to it that every acknowledgement settles. SPEC.md, rules EM. */
export class Sender {
  readonly #port: SocketPort
  readonly #limit: number
  readonly #inspect: Inspect
  /** What waits for the connection. A set keeps the order in which things were added, and removes any of them at once. */
  readonly #waiting = new Set<Parcel>()
  #isOpen = false
  /** Numbers openings and closings: sending may itself end the connection. */
  #turn = 0

  constructor(port: SocketPort, limit: number, inspect: Inspect) {
    this.#port = port
    this.#limit = limit
    this.#inspect = inspect
  }

  /** Sends, or waits for the connection; throws where the queue is full or the data cannot be encoded. */
  emit(event: string, args: readonly unknown[]): void {
    this.#add(this.#packet(event, args))
  }

  /** Sends now or not at all. */
  volatile(event: string, args: readonly unknown[]): void {
    if (!this.#port.isReady()) return this.#dropped(event, 'volatile, and not connected')
    if (this.#port.isCongested()) return this.#dropped(event, 'volatile, and the connection is congested')
    this.write(event, args)
  }

  /** Sends at once, past what waits; false where there is no connection. */
  write(event: string, args: readonly unknown[]): boolean {
    return this.#send(this.#packet(event, args))
  }

  /** The values that the server answers; waits for the connection within the same time-out. */
  ask(event: string, args: readonly unknown[], options: AskOptions): Promise<unknown[]> {
    return this.#ask(event, args, options, (parcel) => this.#add(parcel))
  }

  /** The same, at once: past what waits, and only where there is a connection. */
  askNow(event: string, args: readonly unknown[], options: AskOptions): Promise<unknown[]> {
    return this.#ask(event, args, options, (parcel) => {
      if (!this.#send(parcel))
        this.#drop(parcel, new RoomfulError('DISCONNECTED', `"${event}" was not sent: not connected`))
    })
  }

  /** After each connect, when the rooms are joined again: what waits goes out, and what comes then goes at once. */
  open(): void {
    const turn = ++this.#turn
    for (const parcel of this.#waiting) {
      try {
        if (!this.#send(parcel)) return
      } catch (error) {
        this.#drop(parcel, error as RoomfulError) // what cannot be sent at all must not hold up what waits behind it
      }
      this.#waiting.delete(parcel)
      if (turn !== this.#turn) return
    }
    this.#isOpen = true
  }

  close(): void {
    this.#turn += 1
    this.#isOpen = false
  }

  /** Nobody seeks a connection any more. */
  clear(error: RoomfulError): void {
    const dropped = [...this.#waiting]
    this.#waiting.clear()
    for (const parcel of dropped) this.#drop(parcel, error)
  }

  /** What waits must stay as it is, whatever the app does to its data. Throws `QUEUE_FULL` rather than grow for ever. */
  #add(parcel: Parcel): void {
    if (this.#isOpen && this.#send(parcel)) return
    const { event, args } = parcel
    if (this.#waiting.size >= this.#limit)
      throw new RoomfulError(
        'QUEUE_FULL',
        `"${event}" was not sent: ${this.#limit} emits already wait for the connection (queueLimit)`,
      )
    parcel.args = snapshot(event, args)
    this.#waiting.add(parcel)
  }

  #send({ event, args, send }: Parcel): boolean {
    if (!this.#port.isReady()) return false
    encoding(event, () => send(args))
    this.#inspect({ type: 'out', event, args })
    return true
  }

  #packet(event: string, args: readonly unknown[]): Parcel {
    return { event, args, send: (sent) => this.#port.emit(event, sent) }
  }

  #ask(
    event: string,
    args: readonly unknown[],
    { timeoutMs, signal }: AskOptions,
    start: (parcel: Parcel) => void,
  ): Promise<unknown[]> {
    const deadline = performance.now() + timeoutMs
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#waiting.delete(parcel)
      }
      const fail = (error: Error): void => {
        end()
        reject(error)
      }
      const abort = (): void => fail(signal?.reason as Error)
      const send = (sent: readonly unknown[]): void => {
        this.#port.emitWithAck(event, sent, Math.max(1, deadline - performance.now()), (failure, values) => {
          if (failure) return fail(failure === 'timeout' ? timedOut(event, timeoutMs) : cutOff(event))
          this.#inspect({ type: 'ack', event, args: values })
          end()
          resolve(values)
        })
        clearTimeout(timer) // from here on the socket's own timer runs
      }
      const parcel: Parcel = { event, args, send, fail }
      const timer = setTimeout(() => fail(neverSent(event, timeoutMs)), timeoutMs)
      signal?.addEventListener('abort', abort)
      try {
        start(parcel)
      } catch (error) {
        fail(error as Error)
      }
    })
  }

  #drop({ event, fail }: Parcel, error: RoomfulError): void {
    this.#dropped(event, 'not connected', error)
    fail?.(error)
  }

  #dropped(event: string, reason: string, error?: RoomfulError): void {
    this.#inspect({ type: 'drop', direction: 'out', event, reason, ...(error && { error }) })
  }
}

const neverSent = (event: string, timeoutMs: number) =>
  new RoomfulError('TIMEOUT', `"${event}" was not sent: no connection within ${timeoutMs} ms`)
const timedOut = (event: string, timeoutMs: number) =>
  new RoomfulError('TIMEOUT', `no answer to "${event}" within ${timeoutMs} ms: whether it was done is unknown`)
const cutOff = (event: string) =>
  new RoomfulError(
    'DISCONNECTED',
    `the connection ended before "${event}" was answered: whether it was done is unknown`,
  )
