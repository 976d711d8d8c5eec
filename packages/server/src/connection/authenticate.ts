import { randomUUID } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { describe, isObject, validate, type WireUser } from '@roomful/contract/protocol'
import type { CallbackRunner } from '../callback-runner.ts'
import { jsonCopy } from '../json.ts'
import { RefusalError, refuse } from '../refuse.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

/** The user of a socket. */
export interface Identity {
  /** As others see the user. */
  readonly wire: WireUser
  /** As the contract's schema gives it out, for the app's functions. */
  readonly user: unknown
  /** The app has no `authenticate`: the id is this connection's alone. */
  readonly guest: boolean
}

/** The id of a user who has signed in; null for a guest, and for a client without a user. */
export function userIdOf(identity: Identity | null): string | null {
  return identity === null || identity.guest ? null : identity.wire.id
}

/**
 * Asks the app's `authenticate` for the user; null for a client without a user.
 * @throws RefusalError the app's own; `UNAVAILABLE`, with a report, for any other failure.
 */
export async function identify(
  socket: SocketIoSocket,
  settings: Settings,
  callbacks: CallbackRunner,
): Promise<Identity | null> {
  const { authenticate, report } = settings
  if (authenticate === undefined) return guest()
  const { auth, headers, query, address } = socket.handshake
  try {
    const answer = await callbacks.run(() => authenticate({ auth, headers, query, address }))
    return answer === undefined ? null : identityOf(answer, settings)
  } catch (error) {
    if (error instanceof RefusalError) throw error
    report(error, { during: 'authenticate' })
    throw refuse('UNAVAILABLE', 'the server cannot authenticate you at the moment')
  }
}

/** A refusal as Socket.IO gives it to the client's `connect_error`. */
export function connectError({ message, refusal }: RefusalError): Error {
  return Object.assign(new Error(message), { data: refusal })
}

function guest(): Identity {
  const user = { id: randomUUID() }
  return { wire: user, user, guest: true }
}

function identityOf(answer: unknown, { definition }: Settings): Identity {
  const wire = jsonCopy(answer)
  if (!isWireUser(wire))
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `authenticate must return a user whose id is a well-formed string of 1 to 128 characters, or undefined; got ${describe(answer)}`,
    )
  const user = definition.user === undefined ? wire : validate(definition.user, wire, 'user')
  return { wire, user, guest: false }
}

/** Half of a surrogate pair: UTF-8 has none, so that a log in a file would take two such ids for one. */
const LONE_SURROGATE = /[\ud800-\udfff]/u

/** The id is compared exactly, and is not normalized (E18). */
function isWireUser(value: unknown): value is WireUser {
  if (!isObject(value)) return false
  const { id } = value
  return typeof id === 'string' && id.length >= 1 && id.length <= 128 && !LONE_SURROGATE.test(id)
}
