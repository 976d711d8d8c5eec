import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { FinalCode, PassingCode } from './wire.ts'

/** Codes of errors that this library makes itself; a refusal has the server's code instead. */
export type LocalCode =
  /** `auth` threw, rejected or did not answer. */
  | 'AUTH_FAILED'
  /** The user is banned from the room, unless the server gave another code. */
  | 'BANNED'
  /** The connection ended before the answer (the outcome is unknown), or is stopped. */
  | 'DISCONNECTED'
  /** A message was discarded from the outbox before it was sent. */
  | 'DISCARDED'
  /** All reconnection attempts are used up. */
  | 'EXHAUSTED'
  /** Data that its schema refuses: a `ValidationError`. */
  | 'INVALID'
  /** A call with an invalid argument. */
  | 'INVALID_ARGUMENT'
  /** The server closed the connection for good. */
  | 'KICKED'
  /** The room was left before the server answered. */
  | 'LEFT'
  /** The server has confirmed the message, and its log has lost it since, in a failover for example. */
  | 'LOST'
  /** A log's file cannot be used, or a write to it failed. */
  | 'LOG_FAILED'
  /** Too many messages are queued for the connection. */
  | 'QUEUE_FULL'
  /** The server refused the request without a code. */
  | 'REFUSED'
  /** The server has put the user out of the room, unless it gave another code. */
  | 'REMOVED'
  /** The server did not answer in time: the outcome is unknown. */
  | 'TIMEOUT'
  /** The outcome is unknown: the server may or may not have stored the message. */
  | 'UNKNOWN'
  /** The server could not be reached. */
  | 'UNREACHABLE'
  /** The server does not support the request. */
  | 'UNSUPPORTED'

/** A code of this library, of the protocol, or of the app's server. */
export type ErrorCode = LocalCode | FinalCode | PassingCode | (string & {})

/** A refusal by the server. */
export interface Refusal {
  readonly code: string
  readonly message?: string
  readonly data?: unknown
}

/** The error class of this library, with a code, a sentence and the cause. */
export class RoomfulError extends Error {
  override readonly name: string = 'RoomfulError'
  readonly code: ErrorCode
  /** The server's answer, if the error is a refusal. */
  readonly refusal: Refusal | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; refusal?: Refusal } = {}) {
    super(message, options)
    this.code = code
    this.refusal = options.refusal
  }

  /** Gives a RoomfulError as it is; any other error becomes the cause of a new one with the code `INTERNAL`. */
  static from(error: unknown): RoomfulError {
    if (error instanceof RoomfulError) return error
    return new RoomfulError('INTERNAL', error instanceof Error ? error.message : 'something failed', { cause: error })
  }
}

/** Data that its schema refused; `issues` are the schema's own. Its code is `INVALID`. */
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

/** The most issues that the sentence of an error names. */
const SHOWN_ISSUES = 5

function sentenceFor(issues: readonly StandardSchemaV1.Issue[]): string {
  const shown = issues.slice(0, SHOWN_ISSUES).map(clauseOf).join('; ')
  return issues.length > SHOWN_ISSUES ? `${shown}; and ${issues.length - SHOWN_ISSUES} more` : shown
}

function clauseOf({ message, path }: StandardSchemaV1.Issue): string {
  const keys = path?.map((part) => String(typeof part === 'object' ? part.key : part)) ?? []
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`
}
