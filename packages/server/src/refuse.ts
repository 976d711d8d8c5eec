import { type ErrorCode, RoomfulError } from '@roomful/contract'
import { isObject, isPassingCode } from '@roomful/contract/protocol'

/** A refusal made by `refuse`. No other error of an app is sent to clients. */
export class RefusalError extends RoomfulError {
  override readonly name: string = 'RefusalError'

  constructor(code: ErrorCode, message?: string, data?: unknown) {
    const refusal = { code, ...(message === undefined ? {} : { message }), ...(data === undefined ? {} : { data }) }
    super(code, message ?? `refused: ${code}`, { refusal })
  }
}

/**
 * Makes the error that `authenticate`, `authorize` and handlers throw to refuse a request: `throw refuse('MUTED', 'you are muted')`.
 * After a passing code (`RATE`, `UNAVAILABLE`) the client tries again, in `data.after` milliseconds (1,000 by default);
 * all other codes are final. The rest of `data` is sent only with a refused connection.
 */
export function refuse(code: ErrorCode, message?: string, data?: unknown): RefusalError {
  return new RefusalError(code, message, data)
}

/** A refusal as an answer carries it. */
export interface WireRefusal {
  readonly code: string
  readonly message?: string
  readonly after?: number
}

const MAX_MESSAGE = 1_000
export const MAX_AFTER_MS = 300_000
/** Passing codes after which waiting helps; after the others the client must do something first. */
const RETRY_LATER_CODES = new Set(['RATE', 'UNAVAILABLE', 'LIMIT', 'CLOSING'])

export function toWire({ code, refusal }: RefusalError): WireRefusal {
  const message = refusal?.message
  const after = isPassingCode(code) ? afterOf(code, refusal?.data) : undefined
  return {
    code,
    ...(message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) }),
    ...(after === undefined ? {} : { after }),
  }
}

function afterOf(code: string, data: unknown): number | undefined {
  const after = isObject(data) ? data['after'] : undefined
  if (typeof after === 'number' && after >= 0) return Math.min(Math.ceil(after), MAX_AFTER_MS)
  return RETRY_LATER_CODES.has(code) ? 1_000 : undefined
}
