import { randomUUID } from 'node:crypto'
import { nameSchema, userSchema } from '@roomful-demo/chat-contract'
import { refuse } from '@roomful/server'
import { SignJWT, errors, jwtVerify } from 'jose'
import type { z } from 'zod'

export type User = z.infer<typeof userSchema>

export interface Session {
  readonly token: string
  /** When the token ends, in milliseconds of the server's clock. */
  readonly expiresAt: number
  readonly user: User
}

export interface Sessions {
  /** A new guest; throws `SHAPE` for a name that breaks the rule. */
  signIn(name: string): Promise<Session>
  /** The same user for another hour; throws `UNAUTHORIZED` for a token that is not valid any more. */
  renew(token: string): Promise<Session>
  /** Who the token was made for; throws `UNAUTHORIZED` unless it is valid now. */
  verify(token: unknown): Promise<User>
}

const LIFETIME_SECONDS = 3600
const ISSUER = 'roomful-demo'

/** Guests' sessions: signed tokens, valid for an hour, of which the server stores nothing. */
export function createSessions(key: Uint8Array, now: () => number = Date.now): Sessions {
  async function issue(user: User): Promise<Session> {
    const expiresAtSeconds = Math.floor(now() / 1000) + LIFETIME_SECONDS
    const token = await new SignJWT({ name: user.name })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(user.id)
      .setExpirationTime(expiresAtSeconds)
      .sign(key)
    return { token, expiresAt: expiresAtSeconds * 1000, user }
  }

  async function verify(token: unknown): Promise<User> {
    if (typeof token !== 'string') throw refuse('UNAUTHORIZED', 'expected a token that is a string')
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        requiredClaims: ['exp'],
        currentDate: new Date(now()),
      })
      return userSchema.parse({ id: payload.sub, name: payload['name'] })
    } catch (error) {
      const problem = error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid'
      throw refuse('UNAUTHORIZED', `${problem}: sign in again`)
    }
  }

  return {
    async signIn(name) {
      const checked = nameSchema.safeParse(name)
      if (!checked.success) throw refuse('SHAPE', `name: ${checked.error.issues[0]?.message}`)
      return issue({ id: randomUUID(), name: checked.data })
    },
    async renew(token) {
      return issue(await verify(token))
    },
    verify,
  }
}
