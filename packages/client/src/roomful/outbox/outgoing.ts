import type { RoomfulError } from '@roomful/contract'
import { type Message, messageId, type Outcome } from './message.ts'

/** A message of the user that is not in the room's log yet, as a timeline shows it. */
export interface OutgoingEntry {
  readonly id: string
  readonly event: string
  readonly data: unknown
  readonly state: 'queued' | 'sending' | Outcome['state']
  readonly seq?: number
  readonly at?: number
  readonly error?: RoomfulError
}

export function outgoingEntry(
  message: Message,
  state: { readonly state: 'queued' | 'sending' } | Outcome,
): OutgoingEntry {
  const { event, data } = message
  return { id: messageId(message), event, data, ...state }
}
