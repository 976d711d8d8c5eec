import { type Refusal, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { withoutUser } from './address.ts'
import { failureSentence, NAMESPACE_HINT } from './failure-sentence.ts'
import { DeadConnection } from './probe.ts'

/** How Node's server and python-socketio say that they have no such namespace. */
const NO_NAMESPACE = /^(Invalid namespace|Unable to connect)$/

/** The error of an attempt: the server refused it, or a transport failed. */
export function connectError(error: Error, address: string, isRefused: boolean): RoomfulError {
  return isRefused ? refusalError(error) : unreachable(error, address, failureSentence(error, address))
}

export function unreachable(cause: Error, address: string, why: string): RoomfulError {
  return new RoomfulError('UNREACHABLE', `unable to reach ${describe(withoutUser(address))}: ${why}`, { cause })
}

export function lostSentence(reason: string, cause: unknown, address?: string): string {
  if (reason === 'io server disconnect') return 'the server closed the connection'
  const failure = reason === 'transport error' ? `${reason}: ${failureSentence(cause, address)}` : reason
  return `the connection was lost (${cause instanceof DeadConnection ? cause.message : failure})`
}

export function refusalError(error: Error & { data?: unknown }): RoomfulError {
  const data = typeof error.data === 'object' && error.data !== null ? (error.data as Record<string, unknown>) : {}
  const refusal: Refusal = {
    code: typeof data['code'] === 'string' ? data['code'] : 'REFUSED',
    message: error.message,
    data: error.data,
  }
  const hint = NO_NAMESPACE.test(error.message) ? ` (${NAMESPACE_HINT})` : ''
  return new RoomfulError(refusal.code, `the server refused the connection: ${error.message}${hint}`, {
    cause: error,
    refusal,
  })
}
