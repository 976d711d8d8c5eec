import { Duplex } from 'node:stream'

/** The stream buffers at most this many bytes; then it stops reading, as TCP does when its window is full. */
const MAX_BUFFERED_BYTES = 1_048_576

interface Item {
  /** null is the end of the stream. */
  readonly chunk: Buffer | null
  dueAt: number
}

/** A stream that returns the bytes written to it, in order, `delayMs` later. */
export class DelayStream extends Duplex {
  #delayMs = 0
  readonly #items: Item[] = []
  #bufferedBytes = 0
  #isReaderReady = false
  /** Set while a write waits for space in the buffer. */
  #finishWrite: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  /** Buffered bytes arrive no later than bytes written now. */
  setDelay(delayMs: number): void {
    this.#delayMs = delayMs
    const latest = performance.now() + delayMs
    for (const item of this.#items) item.dueAt = Math.min(item.dueAt, latest)
    this.#deliver()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#finishWrite = done
    this.#enqueue(chunk)
  }

  override _final(done: () => void): void {
    this.#enqueue(null)
    done()
  }

  override _read(): void {
    this.#isReaderReady = true
    this.#deliver()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#items.length = 0
    done(error)
  }

  #enqueue(chunk: Buffer | null): void {
    this.#bufferedBytes += chunk?.length ?? 0
    this.#items.push({ chunk, dueAt: performance.now() + this.#delayMs })
    this.#deliver()
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    let [next] = this.#items
    while (next !== undefined && this.#isReaderReady) {
      const remainingMs = next.dueAt - performance.now()
      if (remainingMs > 0) {
        this.#timer = setTimeout(() => this.#deliver(), Math.ceil(remainingMs))
        break
      }
      this.#items.shift()
      this.#bufferedBytes -= next.chunk?.length ?? 0
      this.#isReaderReady = this.push(next.chunk)
      ;[next] = this.#items
    }
    if (this.#bufferedBytes < MAX_BUFFERED_BYTES) this.#acceptNextWrite()
  }

  #acceptNextWrite(): void {
    const finishWrite = this.#finishWrite
    this.#finishWrite = undefined
    finishWrite?.()
  }
}
