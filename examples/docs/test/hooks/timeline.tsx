import { useTimeline } from '@roomful/react'
import { useEffect } from 'react'
import { useRoom } from './roomful.ts'

export function Messages({ name }: { name: string }) {
  const { room } = useRoom(name)
  const { entries, hasOlder, loadOlder, send, retry } = useTimeline(room, 'message', { max: 1_000 })
  useEffect(() => {
    if (hasOlder === undefined) void loadOlder()
  }, [hasOlder, loadOlder])
  return (
    <>
      {hasOlder !== false && <button onClick={() => void loadOlder()}>Older</button>}
      <ol>
        {entries.map((entry) => {
          if (entry.kind === 'gap') return <li key={entry.key}>Some messages are missing</li>
          const hasFailed = entry.state === 'rejected' || entry.state === 'unknown'
          return (
            <li key={entry.key}>
              {entry.data.text} {hasFailed && <button onClick={() => void retry(entry.key)}>Send again</button>}
            </li>
          )
        })}
      </ol>
      <button onClick={() => void send({ text: 'Hello' })}>Say hello</button>
    </>
  )
}
