import type { Socket } from 'node:net'
import { DelayLine } from './delay-line.ts'

/** Which way bytes go. */
export type Direction = 'toServer' | 'toClient'

/** What the network is like. */
export interface Conditions {
  /** Nothing moves; it stays in the sockets. */
  readonly held: boolean
  readonly delayMs: number
  /** What goes this way never arrives. */
  readonly dropped: ReadonlySet<Direction>
}

export const ALL_WELL: Conditions = { held: false, delayMs: 0, dropped: new Set() }

/** One client's connection and its other half at the target. Nothing moves before `apply`. */
export class ProxyLink {
  readonly #client: Socket
  readonly #openTarget: () => Socket
  readonly #onGone: () => void
  readonly #lines: Readonly<Record<Direction, DelayLine>> = { toServer: new DelayLine(), toClient: new DelayLine() }
  #target: Socket | undefined
  #conditions: Conditions = { ...ALL_WELL, held: true }
  /** Nothing changes for it before `heal`. */
  #isStranded = false
  /** One side failed where the other could not hear of it. */
  #isBroken = false
  /** Bytes are missing in the middle: nothing good can follow. */
  #isLossy = false

  constructor(client: Socket, openTarget: () => Socket, onGone: () => void) {
    this.#client = client
    this.#openTarget = openTarget
    this.#onGone = onGone
    this.#watch(client)
  }

  apply(conditions: Conditions): void {
    if (this.#isStranded) return
    this.#conditions = conditions
    if (!conditions.held) this.#target ??= this.#watch(this.#openTarget())
    for (const line of Object.values(this.#lines)) line.setDelay(conditions.delayMs)
    if (!this.#target) return
    this.#route('toServer', this.#client, this.#target)
    this.#route('toClient', this.#target, this.#client)
  }

  heal(): void {
    this.#isStranded = false
    if (this.#isLossy) this.cut()
    else if (this.#isBroken) this.reset()
    else this.apply(ALL_WELL)
  }

  strand(): void {
    this.apply({ ...this.#conditions, held: true })
    this.#isStranded = true
  }

  /** Nobody is at the other end, and nobody ever will be. */
  silence(): void {
    this.#isStranded = this.#isLossy = true
    this.#client.on('end', () => this.cut()).resume()
  }

  cut(): void {
    this.#client.destroy()
    this.#target?.destroy()
    this.#gone()
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#target?.resetAndDestroy()
    this.#gone()
  }

  #route(direction: Direction, from: Socket, to: Socket): void {
    const { held, dropped } = this.#conditions
    const line = this.#lines[direction]
    // Who is paused is slowed down by TCP itself, and nothing piles up here.
    from.off('data', this.#lose).off('end', this.#lose).unpipe(line).pause()
    line.unpipe(to)
    if (held) return
    line.pipe(to)
    if (dropped.has(direction)) from.on('data', this.#lose).on('end', this.#lose).resume()
    else from.pipe(line)
  }

  readonly #lose = (): void => {
    this.#isLossy = true
  }

  #watch(socket: Socket): Socket {
    socket.setNoDelay(true)
    // An error is always followed by `close`, which says that there was one.
    socket.on('error', () => {})
    socket.on('close', (failed) => this.#closed(socket, failed))
    return socket
  }

  #closed(socket: Socket, failed: boolean): void {
    const { held, dropped } = this.#conditions
    const isHidden = held || dropped.has(socket === this.#client ? 'toServer' : 'toClient')
    // The side that ended well has handed its end on by the pipe: the other may still be writing.
    if (failed) this.#isBroken = true
    if (failed && (!isHidden || !this.#target)) this.reset()
    else if (this.#client.closed && (this.#target?.closed ?? true)) this.#gone()
  }

  #gone(): void {
    for (const line of Object.values(this.#lines)) line.destroy()
    this.#onGone()
  }
}
