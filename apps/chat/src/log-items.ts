import type { TimelineEntry, TimelineGap, TimelineMessage } from '@roomful/client'
import type { Person } from './people.ts'

interface Words {
  readonly text: string
}
type Entry = TimelineEntry<Words, Person>
export type Message = TimelineMessage<Words, Person>

/** What somebody said in one go. */
export interface Group {
  readonly kind: 'group'
  readonly key: string
  readonly from: Person
  readonly isMine: boolean
  readonly at: number
  readonly said: readonly Message[]
}

interface Day {
  readonly kind: 'day'
  readonly key: string
  readonly at: number
}

export type LogItem = Group | Day | TimelineGap

const GROUP_MS = 5 * 60_000

/** A timeline as the page shows it: days, gaps, and messages grouped by sender. */
export function itemsOf(entries: Iterable<Entry>, me: Person): readonly LogItem[] {
  const items: LogItem[] = []
  let said: Message[] = []
  let day: number | undefined
  for (const entry of entries) {
    if (entry.kind === 'gap') {
      items.push(entry)
      continue
    }
    const { key, at } = entry
    // Our own have no sender until the log has them; all others have one, since this server itself says nothing in rooms.
    const from = entry.from ?? me
    if (startOfDay(at) !== day) items.push({ kind: 'day', key: `day ${key}`, at })
    day = startOfDay(at)
    if (!isSameBreath(items.at(-1), said.at(-1), from, at)) {
      said = []
      items.push({ kind: 'group', key, from, isMine: entry.isOwn, at, said })
    }
    said.push(entry)
  }
  return items
}

/** By key: the newest message that has its place, and the newest of ours that is on its way. */
export function newestIn(entries: Iterable<Entry>): { last: string | undefined; own: string | undefined } {
  const messages = [...entries].filter((entry) => entry.kind === 'message')
  return {
    last: messages.findLast(({ seq }) => seq !== undefined)?.key,
    own: messages.findLast(({ state }) => state === 'queued' || state === 'sending')?.key,
  }
}

function isSameBreath(item: LogItem | undefined, last: Message | undefined, from: Person, at: number): boolean {
  return item?.kind === 'group' && item.from.id === from.id && at - (last?.at ?? at) <= GROUP_MS
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
