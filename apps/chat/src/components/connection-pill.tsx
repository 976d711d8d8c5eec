import { useSocket } from '../realtime.ts'

const labels = {
  idle: 'Connecting…',
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  disconnected: 'Disconnected',
} as const

export function ConnectionPill() {
  const { status, reason } = useSocket()
  const isOffline = status === 'reconnecting' && reason === 'offline'
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- `output` is for results of a form
    <p className={isOffline ? 'pill offline' : `pill ${status}`} role="status" aria-label="Connection">
      <span>{isOffline ? 'Offline' : labels[status]}</span>
    </p>
  )
}
