import type { Socket } from 'node:net'

/** One client's connection and its other half at the target. It is born held: nothing moves before `flow`. */
export class ProxyLink {
  readonly #client: Socket
  readonly #openTarget: () => Socket
  readonly #onGone: () => void
  #target: Socket | undefined
  #held = true
  /** One side failed while held: the other hears of it when the bytes flow again. */
  #broken = false

  constructor(client: Socket, openTarget: () => Socket, onGone: () => void) {
    this.#client = client
    this.#openTarget = openTarget
    this.#onGone = onGone
    this.#watch(client)
  }

  flow(): void {
    if (!this.#held) return
    this.#held = false
    if (this.#broken) return this.reset()
    this.#target ??= this.#watch(this.#openTarget())
    this.#client.pipe(this.#target)
    this.#target.pipe(this.#client)
  }

  hold(): void {
    if (this.#held) return
    this.#held = true
    // What loses its only pipe is paused: TCP itself then slows down who sends, and nothing piles up here.
    if (this.#target) this.#client.unpipe(this.#target)
    this.#target?.unpipe(this.#client)
  }

  cut(): void {
    this.#client.destroy()
    this.#target?.destroy()
    this.#onGone()
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#target?.resetAndDestroy()
    this.#onGone()
  }

  #watch(socket: Socket): Socket {
    socket.setNoDelay(true)
    // An error is always followed by `close`, which says that there was one.
    socket.on('error', () => {})
    socket.on('close', (failed) => this.#closed(failed))
    return socket
  }

  #closed(failed: boolean): void {
    // The side that ended well has handed its end on by the pipe: the other may still be writing.
    if (failed) this.#broken = true
    if (failed && (!this.#held || !this.#target)) this.reset()
    else if (this.#client.closed && (this.#target?.closed ?? true)) this.#onGone()
  }
}
