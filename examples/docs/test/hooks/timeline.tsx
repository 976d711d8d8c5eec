import { useTimeline } from '@roomful/react'
import { useRoom } from './roomful.ts'

export function Messages({ name }: { name: string }) {
  const { room } = useRoom(name)
  const { entries, status, error, hasOlder, loadOlder, send, retry } = useTimeline(room, 'message', { initial: 50 })
  return (
    <>
      {status === 'loading' && <p>Loading…</p>}
      {status === 'ready' && entries.length === 0 && <p>No messages yet</p>}
      {error && <p role="alert">{error.message}</p>}
      {hasOlder && <button onClick={() => void loadOlder()}>Older</button>}
      <ol>
        {entries.map((entry) => {
          if (entry.kind === 'gap') return <li key={entry.key}>Some messages are missing</li>
          const hasFailed = entry.state === 'rejected' || entry.state === 'unknown'
          return (
            <li key={entry.key}>
              {entry.data?.text} {hasFailed && <button onClick={() => void retry(entry.key)}>Send again</button>}
            </li>
          )
        })}
      </ol>
      <button onClick={() => void send({ text: 'Hello' })}>Say hello</button>
    </>
  )
}
