import { randomUUID } from 'node:crypto'
import { nameSchema, userSchema } from '@roomful-demo/chat-contract'
import { refuse } from '@roomful/server'
import { SignJWT, errors, jwtVerify } from 'jose'
import type { z } from 'zod'

export type User = z.infer<typeof userSchema>

export interface Session {
  readonly token: string
  /** When the token expires, in milliseconds since 1970, by the server's clock. */
  readonly expiresAt: number
  readonly user: User
}

export interface Sessions {
  /** Creates a guest. Throws `SHAPE` for an invalid name. */
  signIn(name: string): Promise<Session>
  /** Issues a new token to the same user, for a day after the old one has expired. Later, or for an invalid token, throws `UNAUTHORIZED`. */
  renew(token: string): Promise<Session>
  /** Returns the user of the token, and when it expires. Throws `UNAUTHORIZED` for an invalid or expired token. */
  verify(token: unknown): Promise<Omit<Session, 'token'>>
}

export interface SessionOptions {
  /** How long a token is valid. @default 3600 */
  readonly lifeSeconds?: number
  readonly now?: () => number
}

const ISSUER = 'roomful-demo'
/** A page that slept, or was offline, renews the session of its user when it is back. */
const RENEWABLE_SECONDS = 24 * 3600

/** Sessions of guests: signed tokens, valid for an hour. The server does not store them. */
export function createSessions(key: Uint8Array, { lifeSeconds = 3600, now = Date.now }: SessionOptions = {}): Sessions {
  async function issue(user: User): Promise<Session> {
    const expiresAtSeconds = Math.floor(now() / 1000) + lifeSeconds
    const token = await new SignJWT({ name: user.name })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(user.id)
      .setExpirationTime(expiresAtSeconds)
      .sign(key)
    return { token, expiresAt: expiresAtSeconds * 1000, user }
  }

  async function verify(token: unknown, toleranceSeconds = 0): Promise<Omit<Session, 'token'>> {
    if (typeof token !== 'string') throw refuse('UNAUTHORIZED', 'expected a token that is a string')
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        requiredClaims: ['exp'],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(now()),
      })
      const user = userSchema.parse({ id: payload.sub, name: payload['name'] })
      return { user, expiresAt: Number(payload.exp) * 1000 }
    } catch (error) {
      const problem = error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid'
      throw refuse('UNAUTHORIZED', `${problem}; sign in again`)
    }
  }

  return {
    async signIn(name) {
      const checked = nameSchema.safeParse(name)
      if (!checked.success) throw refuse('SHAPE', `name: ${checked.error.issues[0]?.message}`)
      return issue({ id: randomUUID(), name: checked.data })
    },
    async renew(token) {
      return issue((await verify(token, RENEWABLE_SECONDS)).user)
    },
    verify: (token) => verify(token),
  }
}
