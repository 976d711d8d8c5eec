import { assertIntegers } from '../assert-numbers.ts'
import { type RefusalError, refuse } from '../refuse.ts'

export interface BanOptions {
  /** The most bans in all rooms. Default: 100,000. Beyond it, `rooms.remove` with `banMs` rejects with `LIMIT`. */
  readonly maxBans?: number
}

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function banLimit(caller: string, { maxBans = 100_000 }: BanOptions): number {
  assertIntegers(caller, { maxBans })
  return maxBans
}

export function banLimitReached(maxBans: number): RefusalError {
  return refuse('LIMIT', `the log keeps at most ${maxBans} bans`)
}
