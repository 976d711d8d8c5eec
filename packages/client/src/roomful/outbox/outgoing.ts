import type { OutgoingMessage } from '../../rooms/rooms-protocol.ts'
import type { Message, Outcome } from './message.ts'

export function outgoingEntry(
  message: Message,
  state: { readonly state: 'queued' | 'sending' } | Outcome,
): OutgoingMessage {
  const { id, event, data } = message
  return { id, event, data, ...state }
}
