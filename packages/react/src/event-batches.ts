'use client'
import type { EventSource } from './event-source.ts'
import { onFrame } from './frame.ts'

type Events = readonly (readonly unknown[])[]

interface Reader {
  /** Every event since the reader was added, in order; called before `onFrame`, or earlier when the batch is full. */
  onEvents(events: Events): void
  /** The frame for these events has come: the new state may be rendered. */
  onFrame(): void
}

/** A full batch is given to the readers at once, before the frame. */
const MAX_EVENTS = 1_000

/** Collects one event for all its readers: an event costs one array, however many components read it. */
class EventBatches {
  readonly #readers = new Set<Reader>()
  readonly #subscribe: (handler: (...args: unknown[]) => void) => () => void
  #events: (readonly unknown[])[] = []
  #unsubscribe = (): void => {}

  /** `subscribe` is called for the first reader; what it returns, after the last one. */
  constructor(subscribe: (handler: (...args: unknown[]) => void) => () => void) {
    this.#subscribe = subscribe
  }

  add(reader: Reader): () => void {
    this.#flush()
    if (this.#readers.size === 0) this.#unsubscribe = this.#subscribe(this.#onEvent)
    this.#readers.add(reader)
    return () => {
      this.#flush()
      if (this.#readers.delete(reader) && this.#readers.size === 0) this.#unsubscribe()
    }
  }

  readonly #onEvent = (...args: unknown[]): void => {
    if (this.#events.push(args) === 1) onFrame(this.#onFrame)
    if (this.#events.length === MAX_EVENTS) this.#flush()
  }

  readonly #onFrame = (): void => {
    this.#flush()
    for (const reader of this.#readers) reader.onFrame()
  }

  #flush(): void {
    const events = this.#events
    if (events.length === 0) return
    this.#events = []
    for (const reader of this.#readers) reader.onEvents(events)
  }
}

const batchesBySource = new WeakMap<EventSource, Map<unknown, EventBatches>>()

/** The batches of one event of a client or a room, or of one key: one object for all of its readers. */
export function batchesOf(source: EventSource, event: unknown): EventBatches {
  const batchesByEvent = batchesBySource.get(source) ?? new Map<unknown, EventBatches>()
  batchesBySource.set(source, batchesByEvent)
  const known = batchesByEvent.get(event)
  if (known) return known
  const keep = (): unknown => batchesByEvent.set(event, batches)
  const batches = new EventBatches((handler) => {
    const off = source.on(event, handler)
    keep()
    return () => {
      off()
      batchesByEvent.delete(event) // there may be any number of keys
    }
  })
  keep()
  return batches
}
