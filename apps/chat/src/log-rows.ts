import type { MessageOf, TimelineGap } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import type { Person } from './people.ts'

export type Message = MessageOf<typeof chat, 'message'>
export type Entry = Message | TimelineGap

/** What the page shows above a message: the day, and the sender of this and the next messages. */
export interface MessageHeading {
  readonly from: Person
  readonly startsDay: boolean
  readonly startsGroup: boolean
}

const GROUP_MS = 5 * 60_000

/**
 * Compares a message with the entry before it. Only visible messages are compared, so that a list of any length costs nothing
 * more.
 */
export function headingOf(message: Message, before: Entry | undefined, me: Person): MessageHeading {
  const from = senderOf(message, me)
  if (before?.kind !== 'message') return { from, startsDay: before === undefined, startsGroup: true }
  const startsDay = startOfDay(message.at) !== startOfDay(before.at)
  const continues = senderOf(before, me).id === from.id && message.at - before.at <= GROUP_MS
  return { from, startsDay, startsGroup: startsDay || !continues }
}

/** The keys of the newest message that has a place in the log, and of the user's own newest message that is not confirmed yet. */
export function newestOf(entries: readonly Entry[]): { last: string | undefined; own: string | undefined } {
  let own: string | undefined
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index]
    if (entry?.kind !== 'message') continue
    if (entry.seq !== undefined) return { last: entry.key, own }
    if (entry.state === 'queued' || entry.state === 'sending') own ??= entry.key
  }
  return { last: undefined, own }
}

/**
 * The user's own messages have no sender until the server has stored them. All other messages have one, because this server
 * sends no messages itself.
 */
function senderOf({ from }: Message, me: Person): Person {
  return from ?? me
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
