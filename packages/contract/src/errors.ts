import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { FinalCode, PassingCode } from './wire.ts'

/** Codes of errors that this library raises itself; a refusal carries the server's code instead. */
export type LocalCode =
  /** `auth` threw, rejected or did not answer. */
  | 'AUTH_FAILED'
  /** The connection ended before an answer came (the outcome is unknown), or is stopped. */
  | 'DISCONNECTED'
  /** A message was taken out of the outbox before it was sent. */
  | 'DISCARDED'
  /** All reconnection attempts are used up. */
  | 'EXHAUSTED'
  /** Data that its schema does not accept: a `ValidationError`. */
  | 'INVALID'
  /** A call with an unusable argument. */
  | 'INVALID_ARGUMENT'
  /** The server closed the connection for good. */
  | 'KICKED'
  /** The room was left before the server had answered. */
  | 'LEFT'
  /** A log's file cannot be used, or a write to it failed. */
  | 'LOG_FAILED'
  /** Too much is waiting for the connection. */
  | 'QUEUE_FULL'
  /** The server said no and gave no code. */
  | 'REFUSED'
  /** No answer in time: the outcome is unknown. */
  | 'TIMEOUT'
  /** Whether the server stored the message cannot be known any more. */
  | 'UNKNOWN'
  /** The server could not be reached. */
  | 'UNREACHABLE'
  /** This server cannot do that. */
  | 'UNSUPPORTED'

/** A code of this library, of the protocol, or of the server's own. */
export type ErrorCode = LocalCode | FinalCode | PassingCode | (string & {})

/** How a server says no. */
export interface Refusal {
  readonly code: string
  readonly message?: string
  readonly data?: unknown
}

/** Every error of this library: a code to branch on, a sentence to read, and what caused it. */
export class RoomfulError extends Error {
  override readonly name: string = 'RoomfulError'
  readonly code: ErrorCode
  /** What the server answered, where the error is a refusal. */
  readonly refusal: Refusal | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; refusal?: Refusal } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.refusal = options.refusal
  }

  /** The error itself where it is one of ours; else one of ours, caused by it. */
  static from(error: unknown): RoomfulError {
    if (error instanceof RoomfulError) return error
    return new RoomfulError('INTERNAL', error instanceof Error ? error.message : 'something failed', { cause: error })
  }
}

/** Data that its schema did not accept; `issues` are the schema's own. */
export class ValidationError extends RoomfulError {
  override readonly name: string = 'ValidationError'
  readonly event: string
  readonly issues: readonly StandardSchemaV1.Issue[]

  constructor(event: string, issues: readonly StandardSchemaV1.Issue[], options?: { cause?: unknown }) {
    super('INVALID', `invalid data for "${event}": ${sentenceFor(issues)}`, options)
    this.event = event
    this.issues = issues
  }
}

/** Whoever sends a thousand bad items shall not make a sentence of a thousand clauses. */
const SHOWN_ISSUES = 5

function sentenceFor(issues: readonly StandardSchemaV1.Issue[]): string {
  const shown = issues.slice(0, SHOWN_ISSUES).map(clauseOf).join('; ')
  return issues.length > SHOWN_ISSUES ? `${shown}; and ${issues.length - SHOWN_ISSUES} more` : shown
}

function clauseOf({ message, path }: StandardSchemaV1.Issue): string {
  const keys = path?.map((part) => String(typeof part === 'object' ? part.key : part)) ?? []
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`
}
