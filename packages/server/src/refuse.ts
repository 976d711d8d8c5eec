import { type ErrorCode, RoomfulError } from '@roomful/contract'
import { passingCodes } from '@roomful/contract/protocol'

/** A refusal on purpose, as `refuse` makes it: the only error of an app whose words reach a client. */
export class RefusalError extends RoomfulError {
  override readonly name: string = 'RefusalError'

  constructor(code: ErrorCode, message?: string, data?: unknown) {
    const refusal = { code, ...(message === undefined ? {} : { message }), ...(data === undefined ? {} : { data }) }
    super(code, message ?? `refused: ${code}`, { refusal })
  }
}

/**
 * Makes what `authenticate`, `authorize` and handlers throw to say no: `throw refuse('MUTED', 'you are muted')`.
 * Codes that pass (`RATE`, `UNAVAILABLE`) make the client try again, after `data.after` milliseconds (1,000 unless given);
 * all others are final. Beyond `after`, `data` travels only with a refused connection.
 */
export function refuse(code: ErrorCode, message?: string, data?: unknown): RefusalError {
  return new RefusalError(code, message, data)
}

/** Whether a refusal is about now rather than about what was sent. */
export function isPassing(code: string): boolean {
  return (passingCodes as readonly string[]).includes(code)
}

/** A refusal as its answer carries it. */
export interface WireRefusal {
  readonly code: string
  readonly message?: string
  readonly after?: number
}

const MAX_MESSAGE = 1_000
const MAX_AFTER_MS = 300_000
/** These end by themselves; the other passing codes ask the client to do something first. */
const WORTH_WAITING = new Set(['RATE', 'UNAVAILABLE', 'LIMIT', 'CLOSING'])

export function toWire({ code, refusal }: RefusalError): WireRefusal {
  const message = refusal?.message
  const after = isPassing(code) ? afterOf(code, refusal?.data) : undefined
  return {
    code,
    ...(message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) }),
    ...(after === undefined ? {} : { after }),
  }
}

function afterOf(code: string, data: unknown): number | undefined {
  const after = typeof data === 'object' && data !== null && 'after' in data ? data.after : undefined
  if (typeof after === 'number' && after >= 0) return Math.min(Math.ceil(after), MAX_AFTER_MS)
  return WORTH_WAITING.has(code) ? 1_000 : undefined
}
