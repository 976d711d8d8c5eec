// The format of a recorded trace, version 1. @roomful/devtools writes it; `replayTrace` and the panel read it.

/** The first property of each trace. */
export const TRACE_FORMAT = 'roomful-trace'
export const TRACE_VERSION = 1

/** A trace is at most so long, in characters, and has at most so many entries. */
export const MAX_TRACE_LENGTH: number = 32 * 1024 * 1024
export const MAX_TRACE_ENTRIES = 20_000

/** What one client did and received, from the time when its recording began. */
export interface Trace {
  readonly format: typeof TRACE_FORMAT
  readonly version: typeof TRACE_VERSION
  /** When the recording began, in milliseconds since 1970. */
  readonly startedAt: number
  /** The server's address, with the namespace and without a query. */
  readonly url: string
  /** How the client speaks of rooms. */
  readonly rooms: 'plain' | 'roomful'
  /** `masked`: texts and numbers of messages are replaced. Credentials are replaced in each trace. */
  readonly data: 'masked' | 'included'
  /** How many entries before the first one were dropped, because a recording has a bound. */
  readonly dropped: number
  readonly entries: readonly TraceEntry[]
}

/** An error, by its code and sentence. */
export interface TraceError {
  readonly code: string
  readonly message: string
  /** What the server said with a refusal. */
  readonly data?: unknown
}

/**
 * One thing that happened. Values are JSON, except that `{ $binary }` is base64 of binary data, and `{ $omitted }` stands for a
 * value that was too large to be recorded, with its size in bytes.
 */
export type TraceEvent =
  /** The client begins an attempt to connect. */
  | { readonly type: 'attempt' }
  /** The server accepted the connection. */
  | { readonly type: 'opened'; readonly id: string; readonly recovered: boolean }
  /** The attempt failed; `refused` where the server refused it. */
  | { readonly type: 'failed'; readonly refused: boolean; readonly error: TraceError }
  /** The connection ended; `kicked` where the server ended it for good. */
  | { readonly type: 'closed'; readonly kicked: boolean; readonly error: TraceError }
  /** The client ended the connection or the attempt. */
  | { readonly type: 'left' }
  /** A packet of the server. `asks`: the server wants an answer. */
  | { readonly type: 'in'; readonly event: string; readonly args: readonly unknown[]; readonly asks?: true }
  /** A packet of the client. `call`: it wants the server's answer, which has the same number. */
  | { readonly type: 'out'; readonly event: string; readonly args: readonly unknown[]; readonly call?: number }
  /** The server's answer to a call, `ms` after it. */
  | {
      readonly type: 'ack'
      readonly event: string
      readonly args: readonly unknown[]
      readonly call: number
      readonly ms: number
    }
  /** The client's answer to the server. */
  | { readonly type: 'answer'; readonly event: string; readonly args: readonly unknown[] }
  /** An event that the client did not send (`out`), or that no listener got (`in`). */
  | {
      readonly type: 'drop'
      readonly direction: 'in' | 'out'
      readonly event: string
      readonly room?: string
      readonly reason: string
    }
  /** The connection's state changed. */
  | {
      readonly type: 'connection'
      readonly from: string
      readonly to: string
      readonly reason?: string
      readonly error?: TraceError
    }
  /** A room's state changed. */
  | {
      readonly type: 'room'
      readonly room: string
      readonly from: string
      readonly to: string
      readonly error?: TraceError
    }
  /** The numbers of events and messages that are not sent, or not confirmed. */
  | { readonly type: 'queue'; readonly queued: number; readonly sending: number }
  /** A listener of the app threw, or a part of the client failed. */
  | { readonly type: 'error'; readonly source: string; readonly error: TraceError }
  /** A fault that a person has set, ended, or that has affected a packet. */
  | { readonly type: 'fault'; readonly fault: string; readonly detail?: string }

/** `at`: milliseconds since the recording began. */
export type TraceEntry = TraceEvent & { readonly at: number }
