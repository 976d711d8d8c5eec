import { useStore } from 'zustand'
import { useClient, useSocket } from '../realtime.ts'
import { sentence, waitingSentence } from '../sentences.ts'

/** What to know while the connection is away; nothing while all is well. */
export function AwayBanner() {
  const { status, reason, error, connect } = useSocket()
  const waiting = useStore(useClient().outbox, ({ queued, sending }) => waitingSentence(queued + sending))
  if (status === 'reconnecting')
    return (
      <p className={reason === 'offline' ? 'banner' : 'banner later'}>
        {reason === 'offline' ? 'You are offline.' : 'The connection is lost.'}{' '}
        {waiting ?? 'What you write now goes out when it is back.'}
      </p>
    )
  if (status !== 'disconnected') return null
  return (
    <p className="banner">
      <span>
        {error ? sentence(error.message) : 'The connection has ended.'} {waiting}
      </span>
      <button type="button" className="button small" onClick={() => void connect()}>
        Reconnect
      </button>
    </p>
  )
}
