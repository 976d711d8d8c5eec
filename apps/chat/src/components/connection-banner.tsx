import { useLostConnection, useSocket } from '../realtime.ts'
import { sentence } from '../sentences.ts'

/** Shows a long outage and its end. `ConnectionPill` shows the current state. */
export function ConnectionBanner() {
  const { status, reason, error, connect } = useSocket()
  const outage = useLostConnection()
  if (outage === undefined) return null
  if (outage === 'restored') return <p className="banner restored">The connection is back.</p>
  if (status === 'disconnected')
    return (
      <p className="banner">
        <span>{error ? sentence(error.message) : 'The connection has ended.'}</span>
        <button type="button" className="button small" onClick={() => void connect()}>
          Reconnect
        </button>
      </p>
    )
  return (
    <p className="banner">
      {reason === 'offline'
        ? 'You are offline. What you write now goes out when you are back.'
        : 'The connection is lost. What you write now goes out when it is back.'}
    </p>
  )
}
