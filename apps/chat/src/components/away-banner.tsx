import { useSocket } from '../realtime.ts'
import { sentence } from '../sentences.ts'

/** What to know while the connection is away; nothing while all is well. */
export function AwayBanner() {
  const { status, reason, error, connect } = useSocket()
  if (status === 'reconnecting')
    return (
      <p className={reason === 'offline' ? 'banner' : 'banner later'}>
        {reason === 'offline'
          ? 'You are offline. What you write now goes out when you are back.'
          : 'The connection is lost. What you write now goes out when it is back.'}
      </p>
    )
  if (status !== 'disconnected') return null
  return (
    <p className="banner">
      {error ? sentence(error.message) : 'The connection has ended.'}
      <button type="button" className="button small" onClick={() => void connect()}>
        Reconnect
      </button>
    </p>
  )
}
