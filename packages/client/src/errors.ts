import { type Refusal, RoomfulError } from '@roomful/contract'
import { describe, isPassingCode } from '@roomful/contract/protocol'
import type { Report } from './store.ts'

/** The longest wait that a server may ask for, in milliseconds. */
const MAX_SERVER_WAIT_MS = 300_000

/** How the app reads the refusals of its server. */
export interface RefusalOptions {
  readonly refusalOf?: (ack: unknown) => Refusal | undefined
  readonly isRetryable?: (refusal: Refusal) => boolean
}

/** The refusal in an acknowledgement: `{ $error }` as `@roomful/server` sends it, or what the app's `refusalOf` returns. */
export function refusalIn(values: readonly unknown[], { refusalOf }: RefusalOptions = {}): RoomfulError | undefined {
  const ack = values.length > 1 ? values : values[0]
  const refusal = errorIn(ack) ?? (refusalOf && checked(refusalOf, ack))
  if (!refusal) return undefined
  const { code, message = `the server refused: ${code}` } = refusal
  return new RoomfulError(code, message, { refusal })
}

function checked(refusalOf: (ack: unknown) => Refusal | undefined, ack: unknown): Refusal | undefined {
  let refusal: Refusal | undefined
  try {
    refusal = refusalOf(ack)
  } catch (cause) {
    throw new RoomfulError('INTERNAL', 'refusalOf threw, so the client cannot tell whether the server refused', {
      cause,
    })
  }
  if (!refusal || typeof refusal.code === 'string') return refusal
  throw new RoomfulError('INVALID_ARGUMENT', 'refusalOf must return { code, … } or undefined, not a promise')
}

function errorIn(ack: unknown): Refusal | undefined {
  const error = typeof ack === 'object' && ack !== null ? (ack as { $error?: unknown }).$error : undefined
  if (typeof error !== 'object' || error === null) return undefined
  const { code, message, data } = error as Record<string, unknown>
  return {
    code: typeof code === 'string' ? code : 'REFUSED',
    ...(typeof message === 'string' && { message }),
    ...(data !== undefined && { data }),
  }
}

/** How long the server asked the client to wait, in milliseconds; 0 where it asked for no wait. */
export function requestedWaitMs({ refusal }: RoomfulError): number {
  const { after } = (refusal?.data ?? {}) as { after?: unknown }
  return typeof after === 'number' && after >= 0 ? Math.min(after, MAX_SERVER_WAIT_MS) : 0
}

/** What the app's `isRetryable` has said of a refusal. */
const verdicts = new WeakMap<RoomfulError, boolean>()

/** The same error, after `isRetryable` was asked once whether it is temporary. Where that fails, the code decides. */
export function withVerdict(error: RoomfulError, { isRetryable }: RefusalOptions, report: Report): RoomfulError {
  if (!isRetryable || !error.refusal) return error
  try {
    const verdict: unknown = isRetryable(error.refusal)
    if (typeof verdict !== 'boolean')
      throw new RoomfulError(
        'INVALID_ARGUMENT',
        `plainRooms isRetryable: expected true or false, got ${describe(verdict)}`,
      )
    verdicts.set(error, verdict)
  } catch (failure) {
    report(failure, 'isRetryable')
  }
  return error
}

/** Whether the same request would fail again. */
export function isPermanent(error: RoomfulError): boolean {
  const { code, refusal } = error
  if (code === 'INVALID_ARGUMENT' || code === 'TOO_LARGE') return true
  return refusal !== undefined && !(verdicts.get(error) ?? isPassingCode(code))
}

/** Whether the connection ended before the answer; the next connection asks again. */
export function isConnectionLoss({ code, refusal }: RoomfulError): boolean {
  return refusal === undefined && code === 'DISCONNECTED'
}

/** The error that the check throws, if any. */
export function errorOf(check: () => void): RoomfulError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return RoomfulError.from(error)
  }
}
