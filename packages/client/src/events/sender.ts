import { RoomfulError } from '@roomful/contract'
import type { Inspect } from '../inspect.ts'
import type { SocketPort } from '../transport/socket-port.ts'
import type { SendQueue, Waiting } from './send-queue.ts'
import { encoding, snapshot } from './snapshot.ts'

/** How long to wait for an answer, and what else ends the wait. */
export interface CallOptions {
  /** Milliseconds. @default 10000 (the client's `ackTimeoutMs`) */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Sends packets, and sees to it that every acknowledgement settles. SPEC.md, rules EM. */
export class Sender {
  readonly #port: SocketPort
  readonly #queue: SendQueue
  readonly #inspect: Inspect

  constructor(port: SocketPort, queue: SendQueue, inspect: Inspect) {
    this.#port = port
    this.#queue = queue
    this.#inspect = inspect
  }

  /** Sends, or waits for the connection; throws where the queue is full or the data cannot be encoded. */
  emit(event: string, args: readonly unknown[]): void {
    let sent = args
    const item: Waiting = {
      event,
      send: () => this.write(event, sent),
      keep: () => (sent = snapshot(event, args)),
      drop: (error) => this.#dropped(event, 'not connected', error),
    }
    this.#queue.add(item)
  }

  /** Sends now or not at all. */
  volatile(event: string, args: readonly unknown[]): void {
    if (!this.#port.isReady()) return this.#dropped(event, 'volatile, and not connected')
    if (this.#port.isCongested()) return this.#dropped(event, 'volatile, and the connection is congested')
    this.write(event, args)
  }

  /** Sends at once, past what waits; false where there is no connection. */
  write(event: string, args: readonly unknown[]): boolean {
    if (!this.#port.isReady()) return false
    encoding(event, () => this.#port.emit(event, args))
    this.#inspect({ type: 'out', event, args })
    return true
  }

  /** The values that the server answers; waits for the connection within the same time-out. */
  ask(event: string, args: readonly unknown[], { timeoutMs, signal }: AskOptions): Promise<unknown[]> {
    return this.#ask(event, timeoutMs, signal, (item) => this.#queue.add(item), args)
  }

  /** The same, at once: past what waits, and only where there is a connection. */
  askNow(event: string, args: readonly unknown[], { timeoutMs, signal }: AskOptions): Promise<unknown[]> {
    return this.#ask(event, timeoutMs, signal, (item) => item.send() || item.drop(notConnected(event)), args)
  }

  #ask(
    event: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    start: (item: Waiting) => unknown,
    args: readonly unknown[],
  ): Promise<unknown[]> {
    const deadline = performance.now() + timeoutMs
    let sent = args
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#queue.remove(item)
      }
      const fail = (error: Error) => {
        end()
        reject(error)
      }
      const abort = () => fail(signal?.reason as Error)
      const item: Waiting = {
        event,
        send: () => {
          if (!this.#port.isReady()) return false
          const restMs = Math.max(1, deadline - performance.now())
          encoding(event, () =>
            this.#port.emitWithAck(event, sent, restMs, (failure, values) => {
              if (failure) return fail(failure === 'timeout' ? timedOut(event, timeoutMs) : cutOff(event))
              this.#inspect({ type: 'ack', event, args: values })
              end()
              resolve(values)
            }),
          )
          clearTimeout(timer) // from here on the socket's own timer runs
          this.#inspect({ type: 'out', event, args: sent })
          return true
        },
        keep: () => (sent = snapshot(event, args)),
        drop: (error) => {
          this.#dropped(event, 'not connected', error)
          fail(error)
        },
      }
      const timer = setTimeout(() => fail(neverSent(event, timeoutMs)), timeoutMs)
      signal?.addEventListener('abort', abort)
      try {
        start(item)
      } catch (error) {
        fail(error as Error)
      }
    })
  }

  #dropped(event: string, reason: string, error?: RoomfulError): void {
    this.#inspect({ type: 'drop', direction: 'out', event, reason, ...(error && { error }) })
  }
}

interface AskOptions extends CallOptions {
  readonly timeoutMs: number
}

const notConnected = (event: string) => new RoomfulError('DISCONNECTED', `"${event}" was not sent: not connected`)
const neverSent = (event: string, timeoutMs: number) =>
  new RoomfulError('TIMEOUT', `"${event}" was not sent: no connection within ${timeoutMs} ms`)
const timedOut = (event: string, timeoutMs: number) =>
  new RoomfulError('TIMEOUT', `no answer to "${event}" within ${timeoutMs} ms: whether it was done is unknown`)
const cutOff = (event: string) =>
  new RoomfulError(
    'DISCONNECTED',
    `the connection ended before "${event}" was answered: whether it was done is unknown`,
  )
