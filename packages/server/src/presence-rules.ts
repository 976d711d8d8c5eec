import { RoomfulError, ValidationError } from '@roomful/contract'
import { describe, validate } from '@roomful/contract/protocol'
import { jsonCopy, jsonText } from './json.ts'
import { refuse } from './refuse.ts'
import type { Settings } from './settings.ts'

/**
 * What a client may say about itself: what the contract's `presence` lets in, any JSON where it has none; null takes it back.
 * @throws RefusalError `SHAPE` or `TOO_LARGE`
 */
export function assertPresence(presence: unknown, { definition, limits }: Settings): void {
  if (presence === null) return
  jsonText(presence, limits.presenceBytes, 'a state')
  if (definition.presence === undefined) return
  try {
    validate(definition.presence, presence, 'presence')
  } catch (error) {
    throw error instanceof ValidationError ? refuse('SHAPE', error.message) : error
  }
}

/** What a user shows in a room who has set several states; the oldest comes first. */
export type MergePresence = (states: readonly unknown[], room: string) => unknown

/** The app's `mergePresence`, held to what a client may say: where it fails, that is reported, and the newest state counts. */
export function presenceMerge(settings: Settings): MergePresence | undefined {
  const { mergePresence, report } = settings
  if (mergePresence === undefined) return undefined
  return (states, room) => {
    try {
      const merged = jsonCopy(mergePresence(jsonCopy(states) as unknown[]))
      if (merged === undefined || merged === null)
        throw new RoomfulError('INVALID_ARGUMENT', `mergePresence must give a state, got ${describe(merged)}`)
      assertPresence(merged, settings)
      return merged
    } catch (error) {
      report(error, { during: 'presence', room })
      return states.at(-1)
    }
  }
}
