import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** Why credentials are asked for: a first try, the server refused the last ones, or they are about to expire. */
export interface AuthContext {
  readonly reason: 'connect' | 'refused' | 'expiring'
  /** Aborted when the attempt that asks has ended. */
  readonly signal: AbortSignal
}

export type Credentials = Readonly<Record<string, unknown>>

/** What the server reads as `socket.handshake.auth`: an object, or a function that is asked before each attempt. */
export type Auth = Credentials | AuthFunction

export type AuthFunction = (context: AuthContext) => Credentials | undefined | Promise<Credentials | undefined>

/** Calls `auth`. Rejects with `AUTH_FAILED` where it throws, rejects, or returns something that is no JSON object. */
export async function credentialsOf(auth: Auth | undefined, context: AuthContext): Promise<Credentials> {
  const given: unknown = typeof auth === 'function' ? await asked(auth, context) : auth
  if (given === undefined) return {}
  if (jsonOf(given)?.startsWith('{')) return given as Credentials
  throw new RoomfulError('AUTH_FAILED', `auth must give an object, such as { token }, got ${describe(given)}`)
}

async function asked(auth: AuthFunction, context: AuthContext): Promise<unknown> {
  try {
    return await auth(context)
  } catch (cause) {
    throw new RoomfulError('AUTH_FAILED', 'auth failed, so there are no credentials to connect with', { cause })
  }
}

function jsonOf(credentials: unknown): string | undefined {
  try {
    return JSON.stringify(credentials)
  } catch (cause) {
    throw new RoomfulError('AUTH_FAILED', 'the credentials that auth gave cannot be encoded', { cause })
  }
}
