'use client'
import { type ReadonlyStore, RoomfulError } from '@roomful/client'
import { onFrame } from './frame.ts'
import type { Heard } from './heard.ts'
import { createValue } from './value.ts'

export interface BufferOptions {
  /** When what came is shown: with the next frame, or this many milliseconds after it came. @default 'frame' */
  readonly flush?: 'frame' | number | undefined
  /** How many events are kept. @default 1,000 */
  readonly max?: number | undefined
  /** Which one goes when one more comes. @default 'oldest' */
  readonly overflow?: 'oldest' | 'newest' | undefined
}

export interface Buffered<Item> {
  /** In the order in which they came. */
  readonly events: readonly Item[]
  /** How many have gone since the buffer was empty. */
  readonly dropped: number
}

interface BufferState<Item> extends Buffered<Item> {
  /** How many have gone of all that were to be shown, whatever was cleared. */
  readonly everDropped: number
}

export interface EventBuffer<Item> extends ReadonlyStore<BufferState<Item>> {
  readonly clear: () => void
}

const EMPTY: BufferState<never> = { events: [], dropped: 0, everDropped: 0 }

/** The newest events, or the first ones; hears them while it is watched. Of what is not shown yet it has `max` more. */
export function createEventBuffer<Item>(
  heard: Heard | undefined,
  event: string,
  itemOf: (...args: unknown[]) => Item,
  { flush = 'frame', max = 1_000, overflow = 'oldest' }: BufferOptions,
): EventBuffer<Item> {
  assert(Number.isInteger(max) && max > 0, 'max must be a whole number of at least 1', max)
  assert(flush === 'frame' || (flush >= 0 && flush < 2 ** 31), "flush must be 'frame' or milliseconds", flush)
  assert(overflow === 'oldest' || overflow === 'newest', "overflow must be 'oldest' or 'newest'", overflow)
  let fresh: Item[] = []
  let freshDropped = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const show = (): void => {
    timer = undefined
    if (fresh.length === 0) return
    const { events, dropped, everDropped } = store.getState()
    const isFull = overflow === 'newest' && events.length === max
    const all = [...events, ...fresh]
    const gone = freshDropped + Math.max(0, all.length - max)
    const kept = overflow === 'oldest' ? all.slice(-max) : all.slice(0, max)
    fresh = []
    freshDropped = 0
    store.set({ events: isFull ? events : kept, dropped: dropped + gone, everDropped: everDropped + gone })
  }
  const hear = (...args: unknown[]): void => {
    fresh.push(itemOf(...args))
    if (fresh.length > max) {
      if (overflow === 'oldest') fresh.shift()
      else fresh.pop()
      freshDropped += 1
    }
    if (flush === 'frame') onFrame(show)
    else timer ??= setTimeout(show, flush)
  }
  const store = createValue<BufferState<Item>>(EMPTY, () => {
    const off = heard?.on(event, hear)
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
      fresh = []
      freshDropped = 0
      const { events, dropped, everDropped } = store.getState()
      if (events.length + dropped > 0) store.set({ ...EMPTY, everDropped })
    },
  }
}

function assert(isFine: boolean, expected: string, got: unknown): void {
  if (!isFine) throw new RoomfulError('INVALID_ARGUMENT', `${expected}, got ${String(got)}`)
}
