import { randomUUID } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { describe, isObject, validate, type WireUser } from '@roomful/contract/protocol'
import type { Socket } from 'socket.io'
import type { CallbackRunner } from '../callback-runner.ts'
import { isCredentialsError } from './credentials-error.ts'
import { UserIdentity } from './identity.ts'
import { jsonCopy } from '../json.ts'
import { RefusalError, refuse } from '../refuse.ts'
import type { Handshake } from '../options.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'
import { isUserId } from './user-id.ts'

export const EXPIRED = 'the credentials have expired'

/** The user of a socket. `$auth` replaces all but the id. */
export interface Identity {
  /** As others see the user. */
  wire: WireUser
  /** As the contract's schema gives it out, for the app's functions. */
  user: unknown
  /** For the app's functions only. */
  claims: unknown
  /** When the credentials end, in milliseconds since 1970. */
  expiresAt: number | undefined
  /** The app has no `authenticate`: the id is this connection's alone. */
  readonly guest: boolean
  /** The network that quotas count the client by; undefined where it is unknown. */
  readonly address: string | undefined
}

/** The id of a user who has signed in; null for a guest, and for a client without a user. */
export function userIdOf(identity: Identity | null): string | null {
  return identity === null || identity.guest ? null : identity.wire.id
}

/**
 * Asks the app's `authenticate` for the user of these credentials; null for a client without a user.
 * @throws RefusalError the app's own; `UNAUTHORIZED` for an expired or invalid token; `UNAVAILABLE`, with a report, for any
 * other failure.
 */
export async function identify(
  socket: SocketIoSocket,
  auth: Handshake['auth'],
  settings: Settings,
  callbacks: CallbackRunner,
): Promise<Identity | null> {
  const { authenticate, readAddress, report } = settings
  const { headers, query, address: peer } = socket.handshake
  const { ip, network } = readAddress(peer, headers)
  if (authenticate === undefined) return guest(network)
  const handshake = { auth, headers, query, address: ip, socket: socket as Socket, request: socket.request }
  try {
    const answer = await callbacks.run(() => authenticate(handshake))
    return answer === undefined ? null : { ...identityOf(answer, settings), address: network }
  } catch (error) {
    if (error instanceof RefusalError) throw error
    if (isCredentialsError(error)) throw refuse('UNAUTHORIZED', 'the token has expired, or is not valid')
    report(error, { during: 'authenticate' })
    throw refuse('UNAVAILABLE', 'the server cannot authenticate you at the moment')
  }
}

/** A refusal as Socket.IO gives it to the client's `connect_error`. */
export function connectError({ message, refusal }: RefusalError): Error {
  return Object.assign(new Error(message), { data: refusal })
}

function guest(address: string | undefined): Identity {
  const user = { id: randomUUID() }
  return { wire: user, user, claims: undefined, expiresAt: undefined, guest: true, address }
}

function identityOf(answer: unknown, { definition }: Settings): Omit<Identity, 'address'> {
  const {
    user: given,
    claims,
    expiresAt,
  } = answer instanceof UserIdentity ? answer : { user: answer, claims: undefined, expiresAt: undefined }
  const wire = jsonCopy(given)
  if (!isWireUser(wire))
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `authenticate must return a user whose id is a well-formed string of 1 to 128 characters, identity(user, …), or undefined; got ${describe(given)}`,
    )
  const user = definition.user === undefined ? wire : validate(definition.user, wire, 'user')
  if (expiresAt !== undefined && expiresAt <= Date.now()) throw refuse('UNAUTHORIZED', EXPIRED)
  return { wire, user, claims, expiresAt, guest: false }
}

function isWireUser(value: unknown): value is WireUser {
  return isObject(value) && isUserId(value['id'])
}
