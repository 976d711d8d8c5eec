import type { Socket } from 'node:net'
import { DelayStream } from './delay-stream.ts'
import type { Direction } from './direction.ts'

/** The faults that apply to a connection. */
export interface NetworkConditions {
  /** No byte is passed on: the sockets stop reading. */
  readonly isStalled: boolean
  readonly delayMs: number
  /** Bytes in these directions are discarded. */
  readonly dropped: ReadonlySet<Direction>
}

export const NO_FAULTS: NetworkConditions = { isStalled: false, delayMs: 0, dropped: new Set() }

/** A client's connection to the proxy, together with the proxy's connection to the target. Call `apply` to start it. */
export class ProxyConnection {
  readonly #client: Socket
  readonly #openTarget: () => Socket
  readonly #onClosed: () => void
  readonly #delays: Readonly<Record<Direction, DelayStream>> = {
    toServer: new DelayStream(),
    toClient: new DelayStream(),
  }
  #target: Socket | undefined
  #conditions: NetworkConditions = { ...NO_FAULTS, isStalled: true }
  /** `apply` has no effect until `clearFaults`. */
  #isFrozen = false
  /** One side has failed, and the fault hid it from the other side. */
  #hasHiddenFailure = false
  /** Bytes were discarded, so that the stream is no longer valid. */
  #hasLostBytes = false

  constructor(client: Socket, openTarget: () => Socket, onClosed: () => void) {
    this.#client = client
    this.#openTarget = openTarget
    this.#onClosed = onClosed
    this.#watch(client)
  }

  apply(conditions: NetworkConditions): void {
    if (this.#isFrozen) return
    this.#conditions = conditions
    if (!conditions.isStalled) this.#target ??= this.#watch(this.#openTarget())
    for (const delay of Object.values(this.#delays)) delay.setDelay(conditions.delayMs)
    if (!this.#target) return
    this.#route('toServer', this.#client, this.#target)
    this.#route('toClient', this.#target, this.#client)
  }

  /** Passes all bytes on again. Closes the connection if that is impossible. */
  clearFaults(): void {
    this.#isFrozen = false
    if (this.#hasLostBytes) this.cut()
    else if (this.#hasHiddenFailure) this.reset()
    else this.apply(NO_FAULTS)
  }

  /** Stalls the connection until `clearFaults`. */
  strand(): void {
    this.apply({ ...this.#conditions, isStalled: true })
    this.#isFrozen = true
  }

  /** Reads and discards what the client sends, and never connects to the target. */
  silence(): void {
    this.#isFrozen = this.#hasLostBytes = true
    this.#client.on('end', () => this.cut()).resume()
  }

  cut(): void {
    this.#client.destroy()
    this.#target?.destroy()
    this.#finish()
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#target?.resetAndDestroy()
    this.#finish()
  }

  #route(direction: Direction, from: Socket, to: Socket): void {
    const { isStalled, dropped } = this.#conditions
    const delay = this.#delays[direction]
    // TCP slows down the sender of a paused socket, so that no data accumulates in this process.
    from.off('data', this.#onLost).off('end', this.#onLost).unpipe(delay).pause()
    delay.unpipe(to)
    if (isStalled) return
    delay.pipe(to)
    if (dropped.has(direction)) from.on('data', this.#onLost).on('end', this.#onLost).resume()
    else from.pipe(delay)
  }

  readonly #onLost = (): void => {
    this.#hasLostBytes = true
  }

  #watch(socket: Socket): Socket {
    socket.setNoDelay(true)
    // `close` always follows an error, and its argument says that there was one.
    socket.on('error', () => {})
    socket.on('close', (hasFailed) => this.#handleClose(socket, hasFailed))
    return socket
  }

  #handleClose(socket: Socket, hasFailed: boolean): void {
    const { isStalled, dropped } = this.#conditions
    const isHidden = isStalled || dropped.has(socket === this.#client ? 'toServer' : 'toClient')
    if (hasFailed) this.#hasHiddenFailure = true
    if (hasFailed && (!isHidden || !this.#target)) this.reset()
    // After a clean end of one side the pipe has ended the other side, which may still be writing.
    else if (this.#client.closed && (this.#target?.closed ?? true)) this.#finish()
  }

  #finish(): void {
    for (const delay of Object.values(this.#delays)) delay.destroy()
    this.#onClosed()
  }
}
