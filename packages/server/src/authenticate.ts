import { randomUUID } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { describe, validate, type WireUser } from '@roomful/contract/protocol'
import type { AppCalls } from './app-calls.ts'
import type { RoomsSocket } from './host.ts'
import { jsonCopy } from './json.ts'
import { RefusalError, refuse } from './refuse.ts'
import type { Settings } from './settings.ts'

/** Whom a socket speaks for. */
export interface Identity {
  /** As others see it. */
  readonly wire: WireUser
  /** As the contract's schema gives it out, for the app's functions. */
  readonly user: unknown
  /** Nobody asked who it is: its id is this connection's. */
  readonly guest: boolean
}

/**
 * Asks the app who is connecting; null is somebody it does not know.
 * @throws RefusalError the app's own; `UNAVAILABLE`, and a report, for anything else that went wrong.
 */
export async function identify(socket: RoomsSocket, settings: Settings, calls: AppCalls): Promise<Identity | null> {
  const { authenticate, report } = settings
  if (authenticate === undefined) return guest()
  const { auth, headers, query, address } = socket.handshake
  try {
    const answer = await calls.run(() => authenticate({ auth, headers, query, address }))
    return answer === undefined ? null : identityOf(answer, settings)
  } catch (error) {
    if (error instanceof RefusalError) throw error
    report(error, { during: 'authenticate' })
    throw refuse('UNAVAILABLE', 'the server cannot say who you are just now')
  }
}

/** A refusal as Socket.IO hands it to the client's `connect_error`. */
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
      `authenticate must give a user whose id is a string of 1 to 128 characters, or undefined; got ${describe(answer)}`,
    )
  const user = definition.user === undefined ? wire : validate(definition.user, wire, 'user')
  return { wire, user, guest: false }
}

function isWireUser(value: unknown): value is WireUser {
  if (typeof value !== 'object' || value === null || !('id' in value)) return false
  return typeof value.id === 'string' && value.id.length >= 1 && value.id.length <= 128
}
