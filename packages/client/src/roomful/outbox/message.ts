import { RoomfulError } from '@roomful/contract'

/** A message on its way into a room, the same object all along. `cid` and `n` are its key: the server stores it once, however often it is sent. */
export interface Message {
  readonly cid: string
  readonly n: number
  /** Whose it is: nobody else ever sends it. undefined until a server has said who we are. */
  user: string | null | undefined
  readonly room: string
  readonly event: string
  /** One copy of what was given, as JSON has it. */
  readonly data: unknown
  /** The data's size as UTF-8 JSON. */
  readonly bytes: number
  /** When it was first sent, by the server's clock; undefined: the server cannot have it. */
  sentAt?: number
}

/** How a message's way ended. `unknown` has no error where a server cannot say, as plain ones cannot. */
export type Outcome =
  | { readonly state: 'confirmed'; readonly seq: number; readonly at: number }
  | { readonly state: 'rejected'; readonly error: RoomfulError }
  | { readonly state: 'unknown'; readonly error?: RoomfulError }

/** What everyone in the room sees of a message's key. */
export function messageId({ cid, n }: Pick<Message, 'cid' | 'n'>): string {
  return `${cid.slice(0, 8)}:${n}`
}

/** Its end without an answer: what was never sent did not happen; of what was sent nobody knows. */
export function givenUp(
  message: Message,
  error: RoomfulError,
  wasSent: boolean = message.sentAt !== undefined,
): Outcome {
  if (!wasSent) return { state: 'rejected', error }
  const sentence = `whether the server has "${message.event}" of room ${message.room} cannot be known: ${error.message}`
  return { state: 'unknown', error: new RoomfulError('UNKNOWN', sentence, { cause: error }) }
}

/** The size of data as UTF-8 JSON. */
export function bytesOf(data: unknown): number {
  return new TextEncoder().encode(JSON.stringify(data) ?? '').length
}
