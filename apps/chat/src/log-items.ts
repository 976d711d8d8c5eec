import type { MessageOf, TimelineGap } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import type { Person } from './people.ts'

export type Message = MessageOf<typeof chat, 'message'>
type Entry = Message | TimelineGap

/** Consecutive messages of one user, shown under one name. */
export interface Group {
  readonly kind: 'group'
  readonly key: string
  readonly from: Person
  readonly isMine: boolean
  readonly at: number
  readonly messages: readonly Message[]
}

interface Day {
  readonly kind: 'day'
  readonly key: string
  readonly at: number
}

export type LogItem = Group | Day | TimelineGap

const GROUP_MS = 5 * 60_000

/** Converts a timeline to the items that the page shows: days, gaps, and messages grouped by sender. */
export function itemsOf(entries: Iterable<Entry>, me: Person): readonly LogItem[] {
  const items: LogItem[] = []
  let messages: Message[] = []
  let day: number | undefined
  for (const entry of entries) {
    if (entry.kind === 'gap') {
      items.push(entry)
      continue
    }
    const { key, at } = entry
    // The user's own messages have no sender until the server has stored them. All other messages have one, because this
    // server sends no messages itself.
    const from = entry.from ?? me
    if (startOfDay(at) !== day) items.push({ kind: 'day', key: `day ${key}`, at })
    day = startOfDay(at)
    if (!isInGroup(items.at(-1), messages.at(-1), from, at)) {
      messages = []
      items.push({ kind: 'group', key, from, isMine: entry.isOwn, at, messages })
    }
    messages.push(entry)
  }
  return items
}

/** The keys of the newest message that has a place in the log, and of the user's own newest message that is not confirmed yet. */
export function newestOf(entries: Iterable<Entry>): { last: string | undefined; own: string | undefined } {
  const messages = [...entries].filter((entry) => entry.kind === 'message')
  return {
    last: messages.findLast(({ seq }) => seq !== undefined)?.key,
    own: messages.findLast(({ state }) => state === 'queued' || state === 'sending')?.key,
  }
}

/** Whether a message at this time continues the group. */
function isInGroup(item: LogItem | undefined, last: Message | undefined, from: Person, at: number): boolean {
  return item?.kind === 'group' && item.from.id === from.id && at - (last?.at ?? at) <= GROUP_MS
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
