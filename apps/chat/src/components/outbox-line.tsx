import { useConnection, useOutbox } from '../realtime.ts'
import { outboxSentence } from '../sentences.ts'

/** Shows the number of messages that are not confirmed yet, in all rooms. */
export function OutboxLine() {
  const { queued, sending } = useOutbox()
  const isConnected = useConnection(({ status }) => status === 'connected')
  if (queued + sending === 0) return null
  return <span className="outbox">{outboxSentence(queued + sending, isConnected)}</span>
}
