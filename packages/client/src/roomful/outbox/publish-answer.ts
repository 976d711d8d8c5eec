import type { PublishAnswer } from '@roomful/contract/protocol'
import { refusedBy } from '../wire-messages.ts'
import type { Outcome } from './message.ts'

/** Whether the answer says that the log has no message without a result. `UNAVAILABLE` alone may follow a commit (S7). */
export function isUntouched({ code, results }: PublishAnswer): boolean {
  return code !== 'UNAVAILABLE' || results.length > 0
}

/** The outcome of the message that a result is about. */
export function outcomeOf(result: PublishAnswer['results'][number]): Outcome {
  if (!('code' in result)) return { state: 'confirmed', ...result }
  return { state: result.code === 'STALE' ? 'unknown' : 'rejected', error: refusedBy(result) }
}
