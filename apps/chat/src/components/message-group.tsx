import { timeOf } from '../dates.ts'
import type { Group, Said } from '../timeline.ts'
import { Avatar, colourOf } from './avatar.tsx'

interface Actions {
  readonly onRetry: (key: string, text: string) => void
  readonly onDiscard: (key: string) => void
}

export function MessageGroup({ group: { from, isMine, at, said }, ...actions }: { readonly group: Group } & Actions) {
  return (
    <div className={isMine ? 'group mine' : 'group'} style={from && colourOf(from)}>
      {from && !isMine && <Avatar person={from} />}
      <p className="who">
        <bdi className={isMine ? 'visually-hidden' : 'name'}>{isMine ? 'You' : (from?.name ?? 'The server')}</bdi>
        <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
      </p>
      {said.map((message) => (
        <Bubble key={message.key} message={message} {...actions} />
      ))}
    </div>
  )
}

function Bubble({ message, onRetry, onDiscard }: { readonly message: Said } & Actions) {
  const { key, text, at, status = 'sent', problem } = message
  return (
    <div className={`said ${status}`}>
      <p className="bubble" dir="auto" title={timeOf(at)}>
        {text}
      </p>
      {status === 'sending' && <p className="note">Sending…</p>}
      {problem !== undefined && (
        <p className="note problem">
          {problem}{' '}
          <button type="button" onClick={() => onRetry(key, text)}>
            Retry
          </button>{' '}
          <button type="button" onClick={() => onDiscard(key)}>
            Discard
          </button>
        </p>
      )}
    </div>
  )
}
