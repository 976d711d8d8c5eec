'use client'
import { type ReadonlyStore, RoomfulError } from '@roomful/client'
import type { EventSource } from './event-source.ts'
import { onFrame } from './frame.ts'
import { createLazyStore } from './lazy-store.ts'

export interface BufferOptions {
  /** When new events are shown: with the next frame, or this many milliseconds after the first of them. @default 'frame' */
  readonly flush?: 'frame' | number | undefined
  /** The greatest number of events that are kept. @default 1,000 */
  readonly max?: number | undefined
  /** Which events are dropped when there are more than `max`. @default 'oldest' */
  readonly overflow?: 'oldest' | 'newest' | undefined
}

export interface BufferedEvents<Item> {
  /** In the order of arrival. */
  readonly events: readonly Item[]
  /** The number of dropped events since the buffer was last empty. */
  readonly dropped: number
}

interface BufferState<Item> extends BufferedEvents<Item> {
  /** The number of all dropped events; `clear` does not reset it. */
  readonly totalDropped: number
}

export interface EventBuffer<Item> extends ReadonlyStore<BufferState<Item>> {
  readonly clear: () => void
}

const EMPTY: BufferState<never> = { events: [], dropped: 0, totalDropped: 0 }

/** Keeps the newest or the first `max` events while it is subscribed to, and at most `max` more that are not shown yet. */
export function createEventBuffer<Item>(
  source: EventSource | undefined,
  event: string,
  itemOf: (...args: unknown[]) => Item,
  { flush = 'frame', max = 1_000, overflow = 'oldest' }: BufferOptions,
): EventBuffer<Item> {
  assert(Number.isInteger(max) && max > 0, 'max must be a whole number of at least 1', max)
  assert(flush === 'frame' || (flush >= 0 && flush < 2 ** 31), "flush must be 'frame' or milliseconds", flush)
  assert(overflow === 'oldest' || overflow === 'newest', "overflow must be 'oldest' or 'newest'", overflow)
  let pending: Item[] = []
  let pendingDropped = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const show = (): void => {
    timer = undefined
    if (pending.length === 0) return
    const { events, dropped, totalDropped } = store.getState()
    const isFull = overflow === 'newest' && events.length === max
    const all = [...events, ...pending]
    const newlyDropped = pendingDropped + Math.max(0, all.length - max)
    const kept = overflow === 'oldest' ? all.slice(-max) : all.slice(0, max)
    pending = []
    pendingDropped = 0
    store.set({
      events: isFull ? events : kept,
      dropped: dropped + newlyDropped,
      totalDropped: totalDropped + newlyDropped,
    })
  }
  const onEvent = (...args: unknown[]): void => {
    pending.push(itemOf(...args))
    if (pending.length > max) {
      if (overflow === 'oldest') pending.shift()
      else pending.pop()
      pendingDropped += 1
    }
    if (flush === 'frame') onFrame(show)
    else timer ??= setTimeout(show, flush)
  }
  const store = createLazyStore<BufferState<Item>>(EMPTY, () => {
    const off = source?.on(event, onEvent)
    return () => {
      clearTimeout(timer)
      show()
      off?.()
    }
  })
  return {
    getState: store.getState,
    getInitialState: store.getInitialState,
    subscribe: store.subscribe,
    clear() {
      pending = []
      pendingDropped = 0
      const { events, dropped, totalDropped } = store.getState()
      if (events.length + dropped > 0) store.set({ ...EMPTY, totalDropped })
    },
  }
}

function assert(isValid: boolean, expected: string, got: unknown): void {
  if (!isValid) throw new RoomfulError('INVALID_ARGUMENT', `${expected}, got ${String(got)}`)
}
