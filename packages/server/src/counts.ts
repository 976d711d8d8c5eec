import { describe, RoomfulError } from '@roomful/contract'

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
