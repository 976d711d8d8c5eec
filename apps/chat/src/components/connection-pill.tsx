import { useSocket } from '../realtime.ts'

const words = {
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
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- `output` is for what a form works out
    <p className={isOffline ? 'pill offline' : `pill ${status}`} role="status" aria-label="Connection">
      <span>{isOffline ? 'Offline' : words[status]}</span>
    </p>
  )
}
