import { RoomfulError } from '@roomful/contract'
import { bytesOf, utf8BytesOf } from '@roomful/contract/protocol'
import { isBinary, jsonCopy } from '../../events/encoding.ts'
import { messageId } from '../../page-id.ts'
import type { EntryKey, StoredEntry } from '../storage/outbox-storage.ts'

/** A message that the server has not confirmed yet. `cid` and `n` are its key: the server stores it once, however often it is sent. */
export interface Message {
  readonly cid: string
  readonly n: number
  /** The id that the other members see. It is the same each time the message is sent. */
  readonly id: string
  /** Only this user sends it. undefined until a server has named the user. */
  user: string | null | undefined
  readonly room: string
  readonly event: string
  /** A JSON copy of the data given to `emit`. */
  readonly data: unknown
  /** The size of `data` as UTF-8 JSON. */
  readonly bytes: number
  /** When it was first sent, in milliseconds of the server's clock; undefined: the server cannot have it. */
  sentAt: number | undefined
}

/** How a message ended. `rejected`: it is in no log. `unknown`: it may or may not be stored. */
export type Outcome =
  | { readonly state: 'confirmed'; readonly seq: number; readonly at: number }
  | { readonly state: 'rejected' | 'unknown'; readonly error: RoomfulError }

/** The outcome of a message that ends without an answer: `rejected` if it was never sent, otherwise `unknown`. */
export function unanswered(
  message: Message,
  error: RoomfulError,
  mayBeSent: boolean = message.sentAt !== undefined,
): Outcome {
  if (!mayBeSent) return { state: 'rejected', error }
  const sentence = `unknown outcome: "${message.event}" in room ${message.room} may or may not be stored: ${error.message}`
  return { state: 'unknown', error: new RoomfulError('UNKNOWN', sentence, { cause: error }) }
}

/** A new message. Throws `INVALID_ARGUMENT` for data that JSON cannot encode. */
export function createMessage(key: EntryKey, room: string, event: string, given: unknown): Message {
  /** JSON would turn binary data into an object of numbers. */
  function refuseBinary(this: unknown, key: string, value: unknown): unknown {
    // A Buffer of Node is an object by now: it has a toJSON.
    const isBuffer = (value as { readonly type?: unknown } | null | undefined)?.type === 'Buffer'
    if (isBinary(value) || (isBuffer && isBinary((this as Record<string, unknown>)[key])))
      throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" has binary in it: room events are JSON`)
    return value
  }
  const copy = given === undefined ? undefined : jsonCopy(event, given, refuseBinary)
  const bytes = copy ? utf8BytesOf(copy.text) : 0
  return { id: messageId(), user: undefined, room, event, data: copy?.value, bytes, sentAt: undefined, ...key }
}

/**
 * A message from the storage. Entries of the first edition have no id: an entry that was sent has the id that it had then, and is
 * not sent again; any other gets its id now.
 */
export function messageFrom(entry: StoredEntry): Message {
  const { cid, n, data, sentAt } = entry
  const id = entry.id ?? (sentAt === undefined ? messageId() : `${cid.slice(0, 8)}:${n}`)
  return { ...entry, id, bytes: bytesOf(data), sentAt }
}
