import { memo } from 'react'
import { dayOf, timeOf } from '../dates.ts'
import type { Message, MessageHeading } from '../log-rows.ts'
import { problemOf } from '../sentences.ts'
import { Avatar, colourOf } from './avatar.tsx'
import { Name } from './name.tsx'

interface Props extends MessageHeading {
  readonly message: Message
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

/** One message, with the day and the sender above it where they change. Unchanged messages are not rendered again. */
export const MessageRow = memo(function MessageRow({
  message,
  from,
  startsDay,
  startsGroup,
  onRetry,
  onDiscard,
}: Props) {
  const { key, data, at, state, isOwn } = message
  const progress = progressLabels[state]
  const problem = problemOf(message)
  return (
    <>
      {startsDay && (
        <p className="separator">
          <span>{dayOf(at)}</span>
        </p>
      )}
      <div className={`row ${isOwn ? 'mine' : ''} ${startsGroup ? 'first' : ''}`} style={colourOf(from)}>
        {startsGroup && !isOwn && <Avatar person={from} />}
        {startsGroup && (
          <p className="who">
            {isOwn ? <bdi className="visually-hidden">You</bdi> : <Name>{from.name}</Name>}
            <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
          </p>
        )}
        <div className={`message ${progress && 'waiting'} ${problem ? 'failed' : ''}`}>
          <p className="bubble" dir="auto" title={timeOf(at)}>
            {data ? data.text : 'This message was removed.'}
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
      </div>
    </>
  )
})
