'use client'
import { describe, type ReadonlyStore, RoomfulError } from '@roomful/client'
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

export interface EventBuffer<Item> extends ReadonlyStore<Buffered<Item>> {
  readonly clear: () => void
}

const EMPTY: Buffered<never> = { events: [], dropped: 0 }

/** The newest events, or the first ones; hears them while it is watched. */
export function createEventBuffer<Item>(
  heard: Heard | undefined,
  event: string,
  { flush = 'frame', max = 1_000, overflow = 'oldest' }: BufferOptions,
): EventBuffer<Item> {
  assert(Number.isInteger(max) && max > 0, 'max must be a whole number of at least 1', max)
  assert(flush === 'frame' || (flush >= 0 && flush < 2 ** 31), "flush must be 'frame' or milliseconds", flush)
  assert(overflow === 'oldest' || overflow === 'newest', "overflow must be 'oldest' or 'newest'", overflow)
  const isOfRoom = heard !== undefined && 'retain' in heard && event !== 'gap'
  let fresh: Item[] = []
  let dropped = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Not with every event: what does not fit is cut off when it is twice too much. */
  const cut = (items: readonly Item[]): Item[] => {
    const excess = Math.max(0, items.length - max)
    dropped += excess
    return overflow === 'oldest' ? items.slice(excess) : items.slice(0, max)
  }
  const show = (): void => {
    timer = undefined
    if (fresh.length === 0) return
    const { events } = store.getState()
    const isFull = overflow === 'newest' && events.length === max
    const kept = cut([...events, ...fresh])
    fresh = []
    store.set({ events: isFull ? events : kept, dropped })
  }
  const hear = (...args: unknown[]): void => {
    fresh.push(itemOf(args, isOfRoom) as Item)
    if (fresh.length === 2 * max) fresh = cut(fresh)
    if (flush === 'frame') onFrame(show)
    else timer ??= setTimeout(show, flush)
  }
  const store = createValue<Buffered<Item>>(EMPTY, () => {
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
      dropped = 0
      store.set(EMPTY)
    },
  }
}

function itemOf(args: readonly unknown[], isOfRoom: boolean): unknown {
  if (isOfRoom) return { data: args[0], meta: args[1] }
  return args.length > 1 ? args : args[0]
}

function assert(isFine: boolean, expected: string, got: unknown): void {
  if (!isFine) throw new RoomfulError('INVALID_ARGUMENT', `${expected}, got ${describe(got)}`)
}
