/** The longest time that an event waits for others, in milliseconds. */
export const FLUSH_MS = 8
/** A room that sent fewer events than this in the last `FLUSH_MS` is idle: the next events do not wait. */
const BUSY_EVENTS = 2
/** A pack to more members takes so long to send that the next events have come meanwhile: those of one turn are sent together. */
export const LARGE_ROOM = 100

/** `bytes` is the size of the event in a pack. */
interface SizedEvent<E> {
  readonly event: E
  readonly bytes: number
}

export type PackInput<E> =
  /** Events that came together. Volatile events have no epoch. */
  | {
      readonly type: 'add'
      readonly events: readonly SizedEvent<E>[]
      readonly epoch: string | undefined
      /** How many members the room has. */
      readonly members: number
      readonly now: number
    }
  /** The wait is over. */
  | { readonly type: 'due'; readonly now: number }
  /** Something else is about to be sent, which must follow the events. */
  | { readonly type: 'flush'; readonly now: number }

export type PackOutput<E> =
  /** Without an epoch all events are volatile. */
  | { readonly type: 'send'; readonly epoch: string | undefined; readonly events: readonly E[] }
  /** Give `due` after so many milliseconds; 0: in the next turn of the event loop. */
  | { readonly type: 'wait'; readonly ms: number }

interface SentPack {
  readonly at: number
  readonly count: number
}

/**
 * Collects the events of a room into packs of one epoch and of at most `maxBytes`. While the room is idle, events that came
 * together are sent at once, as one pack; in a large room, those that came in one turn. While more come, packs are sent
 * `FLUSH_MS` apart.
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

  #add({ events, epoch, members, now }: PackInput<E> & { readonly type: 'add' }): PackOutput<E>[] {
    const outputs: PackOutput<E>[] = []
    for (const { event, bytes } of events) {
      const isOther = epoch !== undefined && this.#epoch !== undefined && epoch !== this.#epoch
      if (isOther || this.#bytes + bytes > this.#maxBytes) outputs.push(...this.#send(now))
      this.#events.push(event)
      this.#epoch ??= epoch
      this.#bytes += bytes
    }
    if (this.#isWaiting) return outputs
    const ms = this.#waitMs(now)
    if (ms === 0 && members <= LARGE_ROOM) return [...outputs, ...this.#send(now)]
    this.#isWaiting = true
    return [...outputs, { type: 'wait', ms }]
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
