import type { Client } from '@roomful/client'
import { useEvent, useTimeline } from '@roomful/react'
import type { shop } from './contract.ts'

export function Notes({ client, alert }: { client: Client<typeof shop>; alert: (text: string) => void }) {
  const { inbox } = client
  useEvent(inbox, 'directMessage', ({ from, text }) => alert(`${from}: ${text}`))
  const { entries, hasOlder, loadOlder } = useTimeline(inbox, 'note', { initial: 20 })
  return (
    <section aria-label="Notes">
      {hasOlder && <button onClick={() => void loadOlder()}>Older</button>}
      {entries.map((entry) => entry.kind === 'message' && <p key={entry.key}>{entry.data?.text}</p>)}
    </section>
  )
}
