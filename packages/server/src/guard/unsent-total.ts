import type { BoundName } from '../metrics/metrics.ts'
import { inNextTurn } from './next-turn.ts'

/** While something is unsent, it is measured this often. */
const CHECK_MS = 20
/** The most pages that all connections together read at a time. */
const MAX_PAGES = 32

/** A connection, as far as it is measured. */
interface Measured {
  readonly bytes: number
  readonly turns: { readonly waiting: number; startNext(): void }
  check(now: number): void
  close(): void
}

/**
 * Measures what all connections leave unread, and closes the fullest. It measures after the turn of the event loop in which
 * something was sent: by then a client that reads has taken a burst of any size.
 */
export class UnsentTotal {
  readonly #limit: number
  readonly #hit: (bound: BoundName) => void
  /** Connections with something unsent, with requests that wait, or with incomplete packets. */
  readonly #busy = new Set<Measured>()
  /** As last measured, with all that was sent since. */
  #bytes = 0
  #pages = 0
  #isCheckNear = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(limit: number, hit: (bound: BoundName) => void) {
    this.#limit = limit
    this.#hit = hit
  }

  get bytes(): number {
    return this.#bytes
  }

  changed(guard: Measured, bytes: number): void {
    this.#bytes += bytes
    if (this.#busy.has(guard)) return
    this.#busy.add(guard)
    this.#checkSoon()
  }

  /** Whether one more page may be read. */
  hasRoom(): boolean {
    return this.#bytes <= this.#limit && this.#pages < MAX_PAGES
  }

  pageBegins(): void {
    this.#pages += 1
  }

  pageEnds(): void {
    this.#pages -= 1
    if (this.#busy.size > 0) this.#checkSoon()
  }

  remove(guard: Measured): void {
    this.#busy.delete(guard)
  }

  stop(): void {
    this.#busy.clear()
    this.#bytes = 0
    clearTimeout(this.#timer)
  }

  #checkSoon(): void {
    if (this.#isCheckNear) return
    this.#isCheckNear = true
    inNextTurn(this.#check)
  }

  readonly #check = (): void => {
    this.#isCheckNear = false
    clearTimeout(this.#timer)
    const now = performance.now()
    this.#bytes = 0
    for (const guard of this.#busy) {
      guard.check(now)
      const { bytes } = guard
      this.#bytes += bytes
      if (bytes === 0 && guard.turns.waiting === 0) this.#busy.delete(guard)
    }
    if (this.#bytes > this.#limit) this.#closeFullest()
    for (const guard of this.#busy) guard.turns.startNext()
    if (this.#busy.size === 0) return
    this.#timer = setTimeout(this.#check, CHECK_MS)
    this.#timer.unref?.()
  }

  #closeFullest(): void {
    const measured = [...this.#busy].map((guard) => ({ guard, bytes: guard.bytes }))
    for (const { guard, bytes } of measured.sort((a, b) => b.bytes - a.bytes)) {
      if (this.#bytes <= this.#limit) return
      this.#bytes -= bytes
      this.#hit('unsentTotal')
      guard.close()
    }
  }
}
