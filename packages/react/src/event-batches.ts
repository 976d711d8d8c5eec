'use client'
import { onFrame } from './frame.ts'
import type { Heard } from './heard.ts'

type Events = readonly (readonly unknown[])[]

interface Reader {
  /** Every event since it was added, in order. */
  take(events: Events): void
  /** The frame has come: what was taken may be shown. */
  show(): void
}

/** More are not kept: the readers take them before the frame comes. */
const MAX = 1_000

/** One event, heard once for all who read it, who take it in batches: an event costs one array, however many they are. */
class EventBatches {
  readonly #readers = new Set<Reader>()
  readonly #listen: (handler: (...args: unknown[]) => void) => () => void
  #events: (readonly unknown[])[] = []
  #off = (): void => {}

  constructor(listen: (handler: (...args: unknown[]) => void) => () => void) {
    this.#listen = listen
  }

  add(reader: Reader): () => void {
    this.#hand()
    if (this.#readers.size === 0) this.#off = this.#listen(this.#hear)
    this.#readers.add(reader)
    return () => {
      this.#hand()
      if (this.#readers.delete(reader) && this.#readers.size === 0) this.#off()
    }
  }

  readonly #hear = (...args: unknown[]): void => {
    if (this.#events.push(args) === 1) onFrame(this.#show)
    if (this.#events.length === MAX) this.#hand()
  }

  readonly #show = (): void => {
    this.#hand()
    for (const reader of this.#readers) reader.show()
  }

  #hand(): void {
    const events = this.#events
    if (events.length === 0) return
    this.#events = []
    for (const reader of this.#readers) reader.take(events)
  }
}

const known = new WeakMap<Heard, Map<string, EventBatches>>()

/** The batches of an event of a client or a room. */
export function batchesOf(heard: Heard, event: string): EventBatches {
  const batches = known.get(heard) ?? new Map<string, EventBatches>()
  known.set(heard, batches)
  const made = batches.get(event) ?? new EventBatches((handler) => heard.on(event, handler))
  batches.set(event, made)
  return made
}
