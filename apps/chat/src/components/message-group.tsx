import { timeOf } from '../dates.ts'
import type { Group, Message } from '../log-items.ts'
import { problemOf } from '../sentences.ts'
import { Avatar, colourOf } from './avatar.tsx'

interface Actions {
  readonly onRetry: (key: string) => void
  readonly onDiscard: (key: string) => void
}

const progressLabels = {
  queued: 'Waiting to be sent',
  sending: 'Sending…',
  confirmed: '',
  rejected: '',
  unknown: '',
} as const

export function MessageGroup({
  group: { from, isMine, at, messages },
  ...actions
}: { readonly group: Group } & Actions) {
  return (
    <div className={isMine ? 'group mine' : 'group'} style={colourOf(from)}>
      {!isMine && <Avatar person={from} />}
      <p className="who">
        <bdi className={isMine ? 'visually-hidden' : 'name'}>{isMine ? 'You' : from.name}</bdi>
        <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
      </p>
      {messages.map((message) => (
        <Bubble key={message.key} message={message} {...actions} />
      ))}
    </div>
  )
}

function Bubble({ message, onRetry, onDiscard }: { readonly message: Message } & Actions) {
  const { key, data, at, state } = message
  const progress = progressLabels[state]
  const problem = problemOf(message)
  return (
    <div className={`message ${progress && 'waiting'} ${problem ? 'failed' : ''}`} data-key={key}>
      <p className="bubble" dir="auto" title={timeOf(at)}>
        {data.text}
      </p>
      {progress && <p className="note">{progress}</p>}
      {problem !== undefined && (
        <p className="note problem">
          {problem}{' '}
          <button type="button" onClick={() => onRetry(key)}>
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
