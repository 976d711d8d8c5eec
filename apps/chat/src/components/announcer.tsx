import type { Room } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useState } from 'react'
import type { Entry } from '../log-rows.ts'
import type { Person } from '../people.ts'
import { useEvent } from '../realtime.ts'
import { problemOf } from '../sentences.ts'

interface Props {
  readonly room: Room<typeof chat>
  readonly me: Person
  readonly entries: readonly Entry[]
}

/** Tells a screen reader of new messages of others, and of own messages that failed. */
export function Announcer({ room, me, entries }: Props) {
  const [news, setNews] = useState('')
  useEvent(room, 'message', ({ text }, { from }) => {
    if (from && from.id !== me.id) setNews(`${from.name}: ${text}`)
  })
  const last = entries.at(-1)
  const problem = last?.kind === 'message' ? problemOf(last) : undefined
  return (
    <p className="visually-hidden" aria-live="polite">
      {problem === undefined ? news : `Your message was not sent. ${problem}`}
    </p>
  )
}
