import { RoomfulError } from '@roomful/contract'
import { describe, validate } from '@roomful/contract/protocol'
import { jsonCopy, jsonText } from '../../json.ts'
import type { Settings } from '../../settings.ts'
import { validateOrRefuse } from '../../validate-or-refuse.ts'

/**
 * Checks a presence by the contract's `presence` schema; without a schema any JSON is accepted. null removes a presence.
 * @throws RefusalError `SHAPE` or `TOO_LARGE`
 */
export function assertPresence(presence: unknown, { definition, limits }: Settings): void {
  if (presence === null) return
  jsonText(presence, limits.presenceBytes, 'a presence')
  const schema = definition.presence
  if (schema !== undefined) validateOrRefuse(() => validate(schema, presence, 'presence'))
}

/** Merges the presences that one user has set in a room, oldest first. */
export type MergePresence = (presences: readonly unknown[], room: string) => unknown

/** The app's `mergePresence`. Where it throws, or its result is refused, that is reported and the newest presence counts. */
export function createPresenceMerge(settings: Settings): MergePresence | undefined {
  const { mergePresence, report } = settings
  if (mergePresence === undefined) return undefined
  return (presences, room) => {
    try {
      const merged = jsonCopy(mergePresence(jsonCopy(presences) as unknown[]))
      if (merged === undefined || merged === null)
        throw new RoomfulError('INVALID_ARGUMENT', `mergePresence must return a presence, got ${describe(merged)}`)
      assertPresence(merged, settings)
      return merged
    } catch (error) {
      report(error, { during: 'presence', room })
      return presences.at(-1)
    }
  }
}
