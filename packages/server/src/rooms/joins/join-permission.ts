import { INBOX, type JoinRequest } from '@roomful/contract/protocol'
import type { CallbackRunner } from '../../callback-runner.ts'
import type { Identity } from '../../connection/authenticate.ts'
import { joinParams } from '../../connection/join-params.ts'
import { RefusalError, refuse } from '../../refuse.ts'
import type { Settings } from '../../settings.ts'
import { assertInbox } from '../inbox.ts'

interface PermissionParts {
  readonly settings: Settings
  readonly callbacks: CallbackRunner
}

/**
 * Checks the params, then the bans, and then asks the app's `authorize.join` (S18, S19).
 * @throws RefusalError the ban's or the app's own; `SHAPE`, `TOO_LARGE`, `FORBIDDEN`; `UNAVAILABLE`, with a report, where
 * the app or the log failed.
 */
export async function assertMayJoin(
  identity: Identity,
  { room, params: given }: Pick<JoinRequest, 'room' | 'params'>,
  { settings, callbacks }: PermissionParts,
): Promise<void> {
  if (room === INBOX) return assertInbox(identity, settings)
  const { user, claims, wire } = identity
  const { authorizeJoin, report, log } = settings
  try {
    const params = joinParams(given, settings)
    const ban = await log.ban(room, wire.id)
    if (ban !== undefined) throw refuse(ban.code, ban.message)
    if (authorizeJoin === undefined) return
    if ((await callbacks.run(() => authorizeJoin({ room, user, claims, params }))) === true) return
    throw refuse('FORBIDDEN', 'you are not allowed to join this room')
  } catch (error) {
    if (error instanceof RefusalError) throw error
    report(error, { during: 'join', room })
    throw refuse('UNAVAILABLE', 'the server cannot check your permission at the moment')
  }
}
