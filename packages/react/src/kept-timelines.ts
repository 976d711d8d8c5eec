'use client'
import {
  type Amendments,
  type AnyContract,
  createTimeline,
  type Room,
  type Timeline,
  type TimelineName,
} from '@roomful/client'

export interface KeptTimelineOptions<C extends AnyContract, E extends TimelineName<C>, Shown> {
  readonly initial?: number | undefined
  readonly max?: number | undefined
  readonly amend?: Amendments<C, E, Shown> | undefined
  /** How long the timeline is kept after its last component unmounted, in milliseconds. */
  readonly keepMs: number
}

/** The timeline of a room, an event and options: all components that show it share it. */
export interface KeptTimeline<C extends AnyContract, E extends TimelineName<C>, Shown> {
  /** The timeline, if there is one. */
  readonly current: () => Timeline<C, E, Shown> | undefined
  /** Makes the timeline if there is none, and keeps it open until `release`, and for `keepMs` after that. */
  readonly retain: () => { readonly timeline: Timeline<C, E, Shown>; readonly release: () => void }
}

interface Entry {
  readonly timeline: Timeline<never, never>
  holders: number
  timer: ReturnType<typeof setTimeout> | undefined
  readonly close: () => void
}

const MAX_UNUSED = 20
const LONGEST_TIMER_MS = 2 ** 31 - 1

const entriesByRoom = new WeakMap<object, Map<string, Entry>>()
/** Timelines without a component, the longest unused first. */
const unused = new Set<Entry>()

const numbers = new WeakMap<object, number>()
let lastNumber = 0

/** The same for the same object. */
function numberOf(amend: object): number {
  const number = numbers.get(amend) ?? (lastNumber += 1)
  numbers.set(amend, number)
  return number
}

export function keptTimeline<C extends AnyContract, E extends TimelineName<C>, Shown>(
  room: Room<C>,
  event: E,
  { initial, max, amend, keepMs }: KeptTimelineOptions<C, E, Shown>,
): KeptTimeline<C, E, Shown> {
  const key = JSON.stringify([event, initial, max, amend && numberOf(amend)])
  const find = (): Entry | undefined => entriesByRoom.get(room)?.get(key)

  const create = (): Entry => {
    const options = { ...(initial !== undefined && { initial }), ...(max !== undefined && { max }) }
    const onClose = (): void => {
      clearTimeout(entry.timer)
      unused.delete(entry)
      entries.delete(key)
    }
    const timeline = createTimeline(room, event, { ...options, amend, onClose })
    const entries = entriesByRoom.get(room) ?? new Map<string, Entry>()
    entriesByRoom.set(room, entries)
    const entry: Entry = {
      timeline: timeline as unknown as Timeline<never, never>,
      holders: 0,
      timer: undefined,
      close: timeline.close,
    }
    entries.set(key, entry)
    return entry
  }

  return {
    current: () => find()?.timeline as Timeline<C, E, Shown> | undefined,
    retain() {
      const entry = find() ?? create()
      entry.holders += 1
      clearTimeout(entry.timer)
      unused.delete(entry)
      let isReleased = false
      const release = (): void => {
        if (isReleased) return
        isReleased = true
        entry.holders -= 1
        if (entry.holders > 0 || find() !== entry) return // `client.close()` has closed it
        unused.add(entry)
        entry.timer = setTimeout(entry.close, Math.min(keepMs, LONGEST_TIMER_MS))
        const [oldest] = unused
        if (unused.size > MAX_UNUSED) oldest?.close()
      }
      return { timeline: entry.timeline as unknown as Timeline<C, E, Shown>, release }
    },
  }
}
