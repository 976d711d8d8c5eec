import type { Gap, HistoryMessages, MessageMeta } from '../../../src/rooms/room.ts'
import type { OutgoingMessage } from '../../../src/rooms/rooms-protocol.ts'
import type { TimelineEntry } from '../../../src/timeline/timeline-entry.ts'
import type { OwnMessage } from '../../../src/timeline/timeline-list.ts'
import type { TimelineSource } from '../../../src/timeline/timeline-source.ts'
import { type PageKind, TimelineView } from '../../../src/timeline/timeline-view.ts'

/** Something that happens to a timeline, as data. */
export type TimelineInput =
  | { readonly type: 'heard'; readonly data: unknown; readonly meta: MessageMeta; readonly epoch?: string }
  | { readonly type: 'gap'; readonly gap: Gap; readonly epoch?: string }
  | {
      readonly type: 'outgoing'
      readonly entry: OutgoingMessage
      readonly waiting: () => readonly OutgoingMessage[]
    }
  | { readonly type: 'retried'; readonly key: string; readonly id: string }
  | { readonly type: 'discarded'; readonly key: string }
  | { readonly type: 'rejoined' | 'otherUser' | 'withoutHistory' }
  | { readonly type: 'loadingOlder'; readonly isLoading: boolean }
  /** `generation`: of the view when the page was asked for; that of now if undefined. */
  | { readonly type: 'page'; readonly kind: PageKind; readonly page: HistoryMessages; readonly generation?: number }

const same = (data: unknown): unknown => data

/** A view of the event "message", with the keys 0, 1, 2, and so on. */
export function viewOf(
  max: number,
  isSelf: TimelineSource['isSelf'],
  isContinued: TimelineSource['isContinued'] = () => false,
): TimelineView {
  let keys = 0
  return new TimelineView(max, { isSelf, isContinued }, () => String(keys++))
}

export function tell(view: TimelineView, input: TimelineInput): void {
  switch (input.type) {
    case 'heard':
      return view.receive([input], input.epoch)
    case 'gap':
      return view.gap(input.gap, input.epoch)
    case 'outgoing':
      return view.outgoing(input.entry, 'epoch-1', input.waiting, same, 7)
    case 'retried':
      return view.list.retried(ownWith(view, input.key), input.id, 8)
    case 'discarded':
      return view.list.remove(view.list.withKey(input.key))
    case 'loadingOlder':
      view.isLoadingOlder = input.isLoading
      return undefined
    case 'page':
      return void view.page(input.kind, 'message', input.page, input.generation ?? view.generation)
    case 'otherUser':
      return view.reset(true)
    default:
      return view[input.type]()
  }
}

function ownWith({ list }: TimelineView, key: string): OwnMessage {
  const own = list.withKey(key)
  if (!own) throw new Error(`no own message has the key ${key}`)
  return own
}

export const windowOf = ({ entries, windowSize }: TimelineView): TimelineEntry[] => [...entries].slice(0, windowSize)
/** Own messages that are not in the window. */
export const ownBehind = ({ entries, windowSize }: TimelineView): OwnMessage[] =>
  [...entries].slice(windowSize) as OwnMessage[]
