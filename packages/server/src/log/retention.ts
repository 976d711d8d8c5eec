import { assertIntegers } from '../assert-numbers.ts'

/** How much a room's log keeps. */
export interface Retention {
  /** The number of newest entries to keep. */
  readonly maxEntries?: number
  /** How long an entry is kept, in ms. Default: without end. */
  readonly maxAgeMs?: number
}

/** One retention for all rooms, or a function from a room's name. */
export type RetentionOption = Retention | ((room: string) => Retention)

/** The bounds of a room now: at most `maxEntries`, none from before `since`. */
export interface RetentionBounds {
  readonly maxEntries: number
  readonly since: number
}

/** @throws RoomfulError `INVALID_ARGUMENT` for a value that is not an integer of at least 1; from a function also later. */
export function retentionFor(
  caller: string,
  option: RetentionOption,
  maxEntries: number,
): (room: string) => RetentionBounds {
  const check = (retention: Retention): Retention => {
    assertIntegers(`${caller}: retention`, { ...retention })
    return retention
  }
  const of = typeof option === 'function' ? (room: string) => check(option(room)) : constant(check(option))
  return (room) => {
    const retention = of(room)
    const since = retention.maxAgeMs === undefined ? 0 : Date.now() - retention.maxAgeMs
    return { maxEntries: retention.maxEntries ?? maxEntries, since }
  }
}

/** The retention in words; functions of two processes are the same here. */
export function describeRetention(option: RetentionOption, maxEntries: number): string {
  if (typeof option === 'function') return 'a function'
  const age = option.maxAgeMs === undefined ? 'of any age' : `of at most ${option.maxAgeMs} ms`
  return `${option.maxEntries ?? maxEntries} entries ${age}`
}

function constant<T>(value: T): () => T {
  return () => value
}
