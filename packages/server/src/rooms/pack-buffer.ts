/** The longest time that an event waits for others, in milliseconds. */
export const FLUSH_MS = 8
/** A room that sent fewer events than this in the last `FLUSH_MS` is idle: the next events wait only for the end of the turn. */
const BUSY_EVENTS = 2

export type PackInput<E> =
  /** Volatile events have no epoch. `bytes` is the size of the event in the pack. */
  | {
      readonly type: 'add'
      readonly event: E
      readonly bytes: number
      readonly epoch: string | undefined
      readonly now: number
    }
  /** The wait is over. */
  | { readonly type: 'due'; readonly now: number }
  /** What is sent next must come behind the events. */
  | { readonly type: 'flush'; readonly now: number }

export type PackOutput<E> =
  /** Without an epoch all events are volatile. */
  | { readonly type: 'send'; readonly epoch: string | undefined; readonly events: readonly E[] }
  /** Give `due` after so many milliseconds; after 0 at the end of this turn of the event loop. */
  | { readonly type: 'wait'; readonly ms: number }

interface SentPack {
  readonly at: number
  readonly count: number
}

/**
 * Collects the events of a room into packs of one epoch and of at most `maxBytes`. While the room is idle, a pack is sent at
 * the end of the turn in which its first event came. While more come, packs are sent `FLUSH_MS` apart.
 */
export class PackBuffer<E> {
  readonly #maxBytes: number
  #events: E[] = []
  #epoch: string | undefined
  #bytes = 0
  #isWaiting = false
  /** The packs of the last `FLUSH_MS`, oldest first. */
  #sent: SentPack[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The events that wait, and their epoch: all fit into one pack. */
  get waiting(): { readonly epoch: string | undefined; readonly events: readonly E[] } {
    return { epoch: this.#epoch, events: this.#events }
  }

  step(input: PackInput<E>): PackOutput<E>[] {
    if (input.type === 'add') return this.#add(input)
    if (input.type === 'due') this.#isWaiting = false
    return this.#send(input.now)
  }

  #add({ event, bytes, epoch, now }: PackInput<E> & { readonly type: 'add' }): PackOutput<E>[] {
    const isOther = epoch !== undefined && this.#epoch !== undefined && epoch !== this.#epoch
    const outputs = isOther || this.#bytes + bytes > this.#maxBytes ? this.#send(now) : []
    this.#events.push(event)
    this.#epoch ??= epoch
    this.#bytes += bytes
    if (!this.#isWaiting) outputs.push({ type: 'wait', ms: this.#waitMs(now) })
    this.#isWaiting = true
    return outputs
  }

  #send(now: number): PackOutput<E>[] {
    const { epoch, events } = this.waiting
    if (events.length === 0) return []
    this.#sent = [...this.#recent(now), { at: now, count: events.length }]
    this.#events = []
    this.#epoch = undefined
    this.#bytes = 0
    return [{ type: 'send', epoch, events }]
  }

  #waitMs(now: number): number {
    const recent = this.#recent(now)
    const count = recent.reduce((sum, pack) => sum + pack.count, 0)
    return count < BUSY_EVENTS ? 0 : Math.max(0, (recent.at(-1)?.at ?? now) + FLUSH_MS - now)
  }

  #recent(now: number): SentPack[] {
    return this.#sent.filter(({ at }) => at > now - FLUSH_MS)
  }
}
