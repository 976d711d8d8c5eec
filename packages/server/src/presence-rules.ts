import { validate, ValidationError } from '@roomful/contract'
import { jsonText } from './json.ts'
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
