import { assertCounts } from '../counts.ts'

/** How much a room's log keeps. */
export interface Retention {
  /** The newest so many. */
  readonly maxEntries?: number
  /** Those stored within so many ms; for ever unless given. */
  readonly maxAgeMs?: number
}

/** The same for all rooms, or by room. */
export type RetentionOption = Retention | ((room: string) => Retention)

/** What a room keeps now: at most `maxEntries`, none from before `since`. */
export interface Keep {
  readonly maxEntries: number
  readonly since: number
}

/** @throws RoomfulError `INVALID_ARGUMENT`, also later, for what is no whole number of at least 1. */
export function keeper(caller: string, option: RetentionOption, maxEntries: number): (room: string) => Keep {
  const check = (retention: Retention): Retention => {
    assertCounts(`${caller}: retention`, { ...retention })
    return retention
  }
  const of = typeof option === 'function' ? (room: string) => check(option(room)) : constant(check(option))
  return (room) => {
    const retention = of(room)
    const since = retention.maxAgeMs === undefined ? 0 : Date.now() - retention.maxAgeMs
    return { maxEntries: retention.maxEntries ?? maxEntries, since }
  }
}

function constant<T>(value: T): () => T {
  return () => value
}
