import type { Person } from './people.ts'
import type { Message, Outgoing, RoomView } from './room-view.ts'

/** One bubble. */
export interface Said {
  readonly key: string
  readonly text: string
  readonly at: number
  /** Nothing for a message that the server has. */
  readonly status?: Outgoing['status']
  readonly problem?: string
}

/** What somebody said in one go. */
export interface Group {
  readonly kind: 'group'
  readonly key: string
  readonly from: Person | undefined
  readonly isMine: boolean
  readonly at: number
  readonly said: readonly Said[]
}
type Separator =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** Messages are missing: too many were said while we were away, or the server began a new log. */
  | { readonly kind: 'missing'; readonly key: string; readonly reason: 'hole' | 'new-log' }
export type TimelineItem = Group | Separator

type Line = Said & Pick<Message, 'from'> & { readonly place?: Pick<Message, 'era' | 'seq'> }

const GROUP_MS = 5 * 60_000

/** A room's view as the page shows it: days, holes, and messages grouped by sender; what is on its way stands last. */
export function timelineOf(view: RoomView, me: Person): readonly TimelineItem[] {
  const items: TimelineItem[] = []
  let said: Said[] = []
  let previous: Line | undefined
  for (const line of linesOf(view, me)) {
    const separators = separatorsBetween(previous, line)
    items.push(...separators)
    if (!previous || separators.length > 0 || !isSameBreath(previous, line)) {
      said = []
      const { key, from, at } = line
      items.push({ kind: 'group', key, from, isMine: from?.id === me.id, at, said })
    }
    said.push(line)
    previous = line
  }
  return items
}

function linesOf({ messages, outgoing }: RoomView, me: Person): Line[] {
  const unheard = outgoing.filter(({ heardAs }) => heardAs === undefined)
  return [
    ...messages.map((message) => ({ ...message, place: message })),
    ...unheard.map((message) => ({ ...message, from: me })),
  ]
}

function isSameBreath(previous: Line, line: Line): boolean {
  return previous.from?.id === line.from?.id && line.at - previous.at <= GROUP_MS
}

function separatorsBetween(previous: Line | undefined, line: Line): Separator[] {
  const separators: Separator[] = []
  if (previous?.place && line.place) {
    const { era, seq } = previous.place
    if (line.place.era !== era) separators.push({ kind: 'missing', key: `missing ${line.key}`, reason: 'new-log' })
    else if (line.place.seq > seq + 1) separators.push({ kind: 'missing', key: `missing ${line.key}`, reason: 'hole' })
  }
  if (!previous || startOfDay(previous.at) !== startOfDay(line.at))
    separators.push({ kind: 'day', key: `day ${line.key}`, at: line.at })
  return separators
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
