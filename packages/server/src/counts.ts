import { describe, RoomfulError } from '@roomful/contract'

/** Throws unless every option is a whole number of at least 1. */
export function assertCounts(caller: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && Number(value) >= 1) continue
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `${caller}: ${name} must be a whole number of at least 1, got ${describe(value)}`,
    )
  }
}
