import type { CallbackRunner } from '../callback-runner.ts'
import { RefusalError, refuse } from '../refuse.ts'
import type { Report } from '../report.ts'

/** What a client is about to do. */
export interface RateContext {
  /** `session`: to connect, before `authenticate` is called. `publish`: to send one message. */
  readonly action: 'session' | 'join' | 'publish'
  readonly room: string | undefined
  /** undefined for a session, and for guests. */
  readonly userId: string | undefined
  /** An IPv4 address, or an IPv6 network as `2001:db8:0:1::/64`; undefined where it is unknown, see `trustProxy`. */
  readonly address: string | undefined
}

/** Returns `{ afterMs }` to refuse the action (`RATE`); the client tries again after that time, in milliseconds. */
export type RateCheck = (
  context: RateContext,
) => Promise<{ readonly afterMs: number } | undefined | void> | { readonly afterMs: number } | undefined | void

interface RateCheckParts {
  readonly settings: { readonly rateCheck: RateCheck | undefined; readonly report: Report }
  readonly callbacks: CallbackRunner
}

/** Asks the app's `rateCheck`. An error is reported and refuses nothing: the rates of this server still hold. @throws RefusalError `RATE` */
export async function assertRate({ settings, callbacks }: RateCheckParts, context: RateContext): Promise<void> {
  const { rateCheck, report } = settings
  if (rateCheck === undefined) return
  try {
    const refusal = await callbacks.run(() => rateCheck(context))
    if (!refusal) return
    throw refuse('RATE', 'too much at once', { after: refusal.afterMs })
  } catch (error) {
    if (error instanceof RefusalError) throw error
    const { room } = context
    report(error, { during: 'rates', ...(room === undefined ? {} : { room }) })
  }
}
