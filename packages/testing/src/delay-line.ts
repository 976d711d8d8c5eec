import { Duplex } from 'node:stream'

/** What may be on its way in one direction, like a TCP window: beyond it the line stops taking. */
const MOST_BYTES = 1_048_576

interface OnItsWay {
  /** null is the end. */
  readonly chunk: Buffer | null
  dueAt: number
}

/** A stretch of wire: what goes in comes out in the same order, `delayMs` later. */
export class DelayLine extends Duplex {
  #delayMs = 0
  readonly #onItsWay: OnItsWay[] = []
  #bytes = 0
  #wanted = false
  #takeMore: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /** What is on its way already comes no later than something sent now would. */
  setDelay(delayMs: number): void {
    this.#delayMs = delayMs
    const latest = performance.now() + delayMs
    for (const item of this.#onItsWay) item.dueAt = Math.min(item.dueAt, latest)
    this.#deliver()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#takeMore = done
    this.#send(chunk)
  }

  override _final(done: () => void): void {
    this.#send(null)
    done()
  }

  override _read(): void {
    this.#wanted = true
    this.#deliver()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#onItsWay.length = 0
    done(error)
  }

  #send(chunk: Buffer | null): void {
    this.#bytes += chunk?.length ?? 0
    this.#onItsWay.push({ chunk, dueAt: performance.now() + this.#delayMs })
    this.#deliver()
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    let [next] = this.#onItsWay
    while (next !== undefined && this.#wanted) {
      const wait = next.dueAt - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#deliver(), Math.ceil(wait))
        break
      }
      this.#onItsWay.shift()
      this.#bytes -= next.chunk?.length ?? 0
      this.#wanted = this.push(next.chunk)
      ;[next] = this.#onItsWay
    }
    if (this.#bytes < MOST_BYTES) this.#askForMore()
  }

  #askForMore(): void {
    const takeMore = this.#takeMore
    this.#takeMore = undefined
    takeMore?.()
  }
}
