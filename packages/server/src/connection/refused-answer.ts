import type { Refused } from '@roomful/contract/protocol'
import { RefusalError, refuse, toWire } from '../refuse.ts'
import type { Settings } from '../settings.ts'

/** The answer to a request that failed, counted and inspected. Any other error than a refusal is reported, and is `UNAVAILABLE`. */
export function refusedAnswer(error: unknown, request: string, user: string | null, settings: Settings): Refused {
  const { report, metrics, inspect } = settings
  if (!(error instanceof RefusalError)) report(error, { during: 'request' })
  const refusal = error instanceof RefusalError ? error : refuse('UNAVAILABLE', 'the server failed on this request')
  metrics.refused(refusal.code)
  inspect?.({ type: 'refuse', user, request, code: refusal.code })
  return { ok: false, ...toWire(refusal) }
}
