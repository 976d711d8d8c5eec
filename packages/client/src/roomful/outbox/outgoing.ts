import type { OutgoingMessage } from '../../rooms/rooms-protocol.ts'
import { type Message, messageId, type Outcome } from './message.ts'

export function outgoingEntry(
  message: Message,
  state: { readonly state: 'queued' | 'sending' } | Outcome,
): OutgoingMessage {
  const { event, data } = message
  return { id: messageId(message), event, data, ...state }
}
