import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** @throws RoomfulError `INVALID_ARGUMENT` unless every option is an integer of at least `least` (1 by default). */
export function assertIntegers(caller: string, options: Readonly<Record<string, unknown>>, least = 1): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && Number(value) >= least) continue
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `${caller}: ${name} must be a whole number of at least ${least}, got ${describe(value)}`,
    )
  }
}

/** The longest delay of Node's timers, 24 days; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The same for options in milliseconds, which must also fit a timer. */
export function assertMilliseconds(caller: string, options: Readonly<Record<string, unknown>>, least = 1): void {
  assertIntegers(caller, options, least)
  for (const [name, value] of Object.entries(options)) {
    if (Number(value) <= MAX_TIMER_MS) continue
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `${caller}: ${name} must be at most ${MAX_TIMER_MS}, got ${describe(value)}`,
    )
  }
}
