import type { OutgoingEntry } from '../../../src/roomful/outbox/outgoing.ts'
import type { MessageMeta } from '../../../src/rooms/room.ts'
import type { Gap } from '../../../src/roomful/log.ts'
import { type OlderPage, TimelineView } from '../../../src/timeline/timeline.ts'
import type { TimelineEntry } from '../../../src/timeline/timeline-entry.ts'
import type { TimelineSource } from '../../../src/timeline/timeline-source.ts'

/** Something that a timeline hears of, as data. */
export type TimelineInput = { readonly isSelf?: TimelineSource['isSelf'] } & (
  | { readonly type: 'heard'; readonly data: unknown; readonly meta: MessageMeta }
  | { readonly type: 'gap'; readonly gap: Gap }
  | {
      readonly type: 'outgoing'
      readonly entry: OutgoingEntry
      readonly waiting: () => readonly OutgoingEntry[]
      readonly read: (data: unknown) => unknown
      readonly now: number
    }
  | { readonly type: 'retried'; readonly key: string; readonly id: string; readonly now: number }
  | { readonly type: 'discarded'; readonly key: string }
  | { readonly type: 'entered' }
  | ({ readonly type: 'page' } & OlderPage)
)

/** A view whose keys are 0, 1, 2 and so on. */
export function viewOf(max: number, isSelf: TimelineSource['isSelf']): TimelineView {
  let keys = 0
  return new TimelineView(max, isSelf, () => String(keys++))
}

export function tell(view: TimelineView, input: TimelineInput): void {
  if (input.isSelf) view.isSelf = input.isSelf
  switch (input.type) {
    case 'heard':
      return view.heard(input)
    case 'gap':
      return view.gap(input.gap)
    case 'outgoing':
      return view.outgoing(input.entry, input.waiting, input.read, input.now)
    case 'retried':
      return view.retried(input.key, input.id, input.now)
    case 'discarded':
      return view.discarded(input.key)
    case 'entered':
      return view.beginAnew()
    case 'page':
      return view.older(input)
  }
}

/** Those that have their place. */
export const logOf = ({ entries, placed }: TimelineView): TimelineEntry[] => [...entries].slice(0, placed)
/** Our own that have none. */
export const pendingIn = ({ entries, placed }: TimelineView) =>
  [...entries].slice(placed).flatMap((entry) => (entry.kind === 'message' ? [entry] : []))
