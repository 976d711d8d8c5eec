import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** Throws unless every option is a whole number of at least `least`, which is 1 unless given. */
export function assertCounts(caller: string, options: Readonly<Record<string, unknown>>, least = 1): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && Number(value) >= least) continue
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `${caller}: ${name} must be a whole number of at least ${least}, got ${describe(value)}`,
    )
  }
}

/** Node's timers take no more, and fire at once for what is longer: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The same for milliseconds, which a timer must be able to wait. */
export function assertTimes(caller: string, options: Readonly<Record<string, unknown>>, least = 1): void {
  assertCounts(caller, options, least)
  for (const [name, value] of Object.entries(options)) {
    if (Number(value) <= MAX_TIMER_MS) continue
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `${caller}: ${name} must be at most ${MAX_TIMER_MS}, got ${describe(value)}`,
    )
  }
}
