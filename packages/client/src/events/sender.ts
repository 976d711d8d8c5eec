import { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { type CallOptions, settledBy } from '../promises.ts'
import type { Reporting } from '../reporting.ts'
import { createGuardedStore } from '../store.ts'
import type { SocketPort } from '../transport/socket-port.ts'
import { encoding, warnOfLoss } from './encoding.ts'

/** An event that is sent now, or that waits in the queue. */
interface Parcel {
  readonly event: string
  args: readonly unknown[]
  /** The room it is for, where it waits until that room is joined. */
  readonly room?: string | undefined
  readonly isDue?: (() => boolean) | undefined
  readonly send: (args: readonly unknown[]) => void
  /** It was not sent, and never will be. */
  readonly fail?: (error: Error) => void
}

type Resolve = (values: unknown[]) => void
type Reject = (error: Error) => void

interface RequestOptions extends CallOptions {
  readonly timeoutMs: number
}

interface QueuedEmit {
  readonly room: string
  readonly event: string
  readonly args: readonly unknown[]
  readonly isDue: () => boolean
  /** Asks for an acknowledgement; called when the packet was handed to the connection. */
  readonly onSent?: () => void
}

/** Sends packets in order, keeps a bounded queue while disconnected, and settles every acknowledgement. SPEC.md, rules EM. */
export class Sender {
  /** How many emits wait. */
  readonly queued: StoreApi<number>
  readonly #port: SocketPort
  readonly #limit: number
  readonly #reporting: Reporting
  /** undefined in production. Decided once: in Node, each read of `process.env` is slow. */
  readonly #noticeLoss: ((event: string, args: readonly unknown[]) => void) | undefined
  /** In the order of their emits; a set removes any of them at once. */
  readonly #queue = new Set<Parcel>()
  #isOpen = false
  /** Counts openings and closings: a packet that is sent may itself end the connection. */
  #turn = 0

  constructor(port: SocketPort, limit: number, reporting: Reporting) {
    this.#port = port
    this.#limit = limit
    this.#reporting = reporting
    this.queued = createGuardedStore(0, reporting.report)
    if (process.env.NODE_ENV !== 'production')
      this.#noticeLoss = (event, args) => warnOfLoss(reporting, event, args, port.copy)
  }

  /** The arguments as they would arrive if they were sent now, whatever the app does to them later. Throws `INVALID_ARGUMENT`. */
  copy(event: string, args: readonly unknown[]): unknown[] {
    const copy = encoding(event, () => this.#port.copy(args))
    this.#noticeLoss?.(event, args)
    return copy
  }

  /** Sends or queues. False, and reported, where the queue is full or the server takes no event of that size. Throws `INVALID_ARGUMENT` for data without an encoding. */
  emit(event: string, args: readonly unknown[]): boolean {
    const error = this.#add({ event, args, send: (sent) => this.#emit(event, sent) })
    if (error) this.#reporting.drop(event, error)
    return !error
  }

  /** Sends now; false where that is not possible, or the connection is congested. */
  volatile(event: string, args: readonly unknown[]): boolean {
    const isReady = this.#port.isReady()
    let reason = isReady ? 'volatile, and the connection is congested' : 'volatile, and not connected'
    try {
      if (isReady && !this.#port.isCongested()) return this.write(event, args)
    } catch (error) {
      reason = tooLarge(error).message
    }
    this.#reporting.inspect({ type: 'drop', direction: 'out', event, reason })
    return false
  }

  /** Sends at once, before the queue; false where there is no connection. */
  write(event: string, args: readonly unknown[]): boolean {
    return this.#send({ event, args, send: (sent) => this.#port.emit(event, sent) })
  }

  /** Sends when connected and due. Resolves when the packet was handed to the connection; with `onSent`, with the server's answer. */
  emitWhenDue(due: QueuedEmit, limits: CallOptions): Promise<unknown[]> {
    const { event, room, onSent } = due
    return this.#call(due, limits, false, (sent, resolve, reject) => {
      if (onSent) {
        const forget = this.#ask(event, sent, resolve, reject)
        onSent()
        return forget
      }
      this.#emit(event, sent, room)
      resolve([])
      return undefined
    })
  }

  /** Waits for the connection, then for the server's answer, both within `timeoutMs`. `isNow`: as `requestNow`. */
  request(event: string, args: readonly unknown[], limits: RequestOptions, isNow = false): Promise<unknown[]> {
    return this.#call({ event, args }, limits, isNow, (...call) => this.#ask(event, ...call))
  }

  /** The same, at once: before the queue, and only while connected. */
  requestNow(event: string, args: readonly unknown[], limits: RequestOptions): Promise<unknown[]> {
    return this.request(event, args, limits, true)
  }

  /** After each connect, when the rooms are joined again: sends the queue; later emits go at once. */
  open(): void {
    this.#turn += 1
    this.#flush()
  }

  /** Sends queued emits that have become due. */
  flush(): void {
    if (this.#isOpen) this.#flush()
  }

  close(): void {
    this.#turn += 1
    this.#isOpen = false
  }

  /** Drops the queue, or the part of it that is for one room. */
  clear(error: RoomfulError, room?: string): void {
    for (const parcel of Array.from(this.#queue)) {
      if (room !== undefined && parcel.room !== room) continue
      this.#queue.delete(parcel)
      this.#drop(parcel, error)
    }
    this.#count()
  }

  /** Returns an error where the queue is full. Queued data is copied: it must stay as it was checked. */
  #add(parcel: Parcel): RoomfulError | undefined {
    const { event, args } = parcel
    try {
      if (this.#isOpen && parcel.isDue?.() !== false && this.#send(parcel)) return undefined
    } catch (error) {
      return tooLarge(error)
    }
    if (this.#queue.size >= this.#limit)
      return new RoomfulError('QUEUE_FULL', `"${event}" was not sent: ${this.#limit} emits are queued (queueLimit)`)
    parcel.args = this.copy(event, args)
    this.#queue.add(parcel)
    this.#count()
    return undefined
  }

  #flush(): void {
    const turn = this.#turn
    let isBlocked = false
    this.#isOpen = false // an emit that comes meanwhile goes behind the queue
    for (let parcel = this.#nextDue(); parcel && !isBlocked && turn === this.#turn; parcel = this.#nextDue()) {
      try {
        isBlocked = !this.#send(parcel) // the connection is about to end
      } catch (error) {
        this.#drop(parcel, error as RoomfulError) // data that cannot be encoded must not hold up the rest
      }
      if (!isBlocked) this.#queue.delete(parcel)
    }
    if (turn === this.#turn) this.#isOpen = !isBlocked
    this.#count()
  }

  #nextDue(): Parcel | undefined {
    for (const parcel of this.#queue) if (parcel.isDue?.() !== false) return parcel
    return undefined
  }

  #send({ event, args, send }: Parcel): boolean {
    if (!this.#port.isReady()) return false
    encoding(event, () => send(args))
    this.#reporting.inspect({ type: 'out', event, args })
    this.#noticeLoss?.(event, args)
    return true
  }

  /** Emits, and reports where the connection ends before the event has left the transport. */
  #emit(event: string, args: readonly unknown[], room?: string): void {
    this.#port.emit(event, args, (mayBeSent) => this.#reporting.drop(event, lost(event, mayBeSent), room))
  }

  #start(parcel: Parcel): void {
    const error = this.#add(parcel)
    if (error) this.#drop(parcel, error)
  }

  #dequeue(parcel: Parcel): void {
    if (this.#queue.delete(parcel)) this.#count()
  }

  /** Sends now, or queues; ends by what `deliver` settles, or by the limits. `deliver` sends the packet, and returns its undo. */
  #call(
    { event, args, room, isDue }: Omit<Parcel, 'send' | 'fail'>,
    limits: CallOptions,
    isNow: boolean,
    deliver: (sent: readonly unknown[], resolve: Resolve, reject: Reject) => (() => void) | undefined,
  ): Promise<unknown[]> {
    let isSent = false
    const timeoutError = (timeoutMs: number) => (isSent ? noAnswer : neverSent)(event, timeoutMs)
    return settledBy(limits, timeoutError, (resolve, reject) => {
      let forget: (() => void) | undefined
      const send = (sent: readonly unknown[]): void => {
        isSent = true
        forget = deliver(sent, resolve, reject)
      }
      const parcel: Parcel = { event, args, room, isDue, send, fail: reject }
      if (!isNow) this.#start(parcel)
      else if (!this.#send(parcel)) reject(new RoomfulError('DISCONNECTED', `"${event}" was not sent: not connected`))
      return () => {
        this.#dequeue(parcel)
        forget?.()
      }
    })
  }

  /** Sends, and settles a call with the answer. Returns the undo. */
  #ask(event: string, args: readonly unknown[], resolve: Resolve, reject: Reject): () => void {
    return this.#port.emitWithAck(event, args, (values) => {
      if (!values) return reject(cutOff(event))
      this.#reporting.inspect({ type: 'ack', event, args: values })
      resolve(values)
    })
  }

  #drop({ event, room, fail }: Parcel, error: RoomfulError): void {
    this.#reporting.drop(event, error, room)
    fail?.(error)
  }

  #count(): void {
    this.queued.setState(this.#queue.size, true)
  }
}

/** The error of an event that is larger than the server takes. Throws any other. */
function tooLarge(error: unknown): RoomfulError {
  if (error instanceof RoomfulError && error.code === 'TOO_LARGE') return error
  throw error
}

const neverSent = (event: string, timeoutMs: number) =>
  new RoomfulError(
    'TIMEOUT',
    `"${event}" was not sent within ${timeoutMs} ms: not connected, or its room is not joined`,
  )
const noAnswer = (event: string, timeoutMs: number) =>
  new RoomfulError('TIMEOUT', `no answer to "${event}" within ${timeoutMs} ms: it may or may not have been handled`)
const lost = (event: string, mayBeSent: boolean) =>
  mayBeSent
    ? new RoomfulError('UNKNOWN', `the connection was lost while "${event}" was sent: it may or may not have arrived`)
    : new RoomfulError('DISCONNECTED', `"${event}" was not sent: the connection was lost before`)
const cutOff = (event: string) =>
  new RoomfulError(
    'DISCONNECTED',
    `the connection was lost before "${event}" was answered: it may or may not have been handled`,
  )
