import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'

/** What the server alone knows about a user, and how long it may believe it. */
export interface IdentityDetails<Claims> {
  /** Given to `authorize` and to handlers, and never sent to a client: roles, a tenant, a session. */
  readonly claims: Claims
  /** When the credentials end, in milliseconds since 1970; the `exp` of a JWT is in seconds. Default: never. */
  readonly expiresAt?: number | undefined
}

/** A user with claims or with an end: the result of `identity`. */
export class UserIdentity<U, Claims> {
  readonly user: U
  readonly claims: Claims
  readonly expiresAt: number | undefined

  constructor(user: U, { claims, expiresAt }: IdentityDetails<Claims>) {
    this.user = user
    this.claims = claims
    this.expiresAt = expiresAt
  }
}

/** Before this time in milliseconds lies no end: the value is in seconds. */
const LEAST_EXPIRES_AT = 100_000_000_000

/**
 * The user of a connection for `authenticate`, with private claims, and the end of the credentials. At `expiresAt` the
 * connection ends with `$bye UNAUTHORIZED`, unless the client has sent other credentials of the same user before.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an `expiresAt` that is not in milliseconds since 1970.
 * @example authenticate: async ({ auth }) => {
 *   const { payload } = await jwtVerify(String(auth['token']), key, { algorithms: ['HS256'] })
 *   const token = z.object({ sub: z.string(), name: z.string(), role: z.string(), exp: z.number() }).safeParse(payload)
 *   if (!token.success) throw refuse('UNAUTHORIZED', 'the token lacks the claims of this server')
 *   const { sub, name, role, exp } = token.data
 *   return identity({ id: sub, name }, { claims: { role }, expiresAt: exp * 1000 })
 * }
 */
export function identity<U extends { readonly id: string }, Claims>(
  user: U,
  details: IdentityDetails<Claims>,
): UserIdentity<U, Claims>
export function identity<U extends { readonly id: string }>(
  user: U,
  details?: { readonly expiresAt?: number | undefined },
): UserIdentity<U, undefined>
export function identity<U extends { readonly id: string }>(
  user: U,
  { claims, expiresAt }: { readonly claims?: unknown; readonly expiresAt?: number | undefined } = {},
): UserIdentity<U, unknown> {
  const isTime = expiresAt === undefined || (Number.isFinite(expiresAt) && expiresAt >= LEAST_EXPIRES_AT)
  if (!isTime)
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `identity: expiresAt must be milliseconds since 1970 (the exp of a JWT is in seconds: exp * 1000), got ${describe(expiresAt)}`,
    )
  return new UserIdentity(user, { claims, expiresAt })
}
