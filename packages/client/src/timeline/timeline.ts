import type { RoomfulError } from '@roomful/contract'
import type { MessageMeta } from '../room/room.ts'
import type { Gap } from '../room/room-log.ts'
import { ChunkedList } from './chunked-list.ts'
import { hasFailed, isOnItsWay, type TimelineGap, type TimelineMessage } from './timeline-entry.ts'
import { placeOf, put, putPage } from './timeline-log.ts'
import { type Outgoing, outgoing, retried, withoutPending } from './timeline-own.ts'
import type { HistoryMessages, TimelineSource } from './timeline-source.ts'
import type { TimelineView } from './timeline-view.ts'

interface Heard {
  readonly data: unknown
  readonly meta: MessageMeta
}

interface Page {
  readonly type: 'page'
  readonly event: string
  readonly page: HistoryMessages
  /** The view's when the page was asked for. */
  readonly epoch: number
  readonly before: number | undefined
  readonly isSelf: TimelineSource['isSelf']
}

export type TimelineInput =
  | (Heard & { readonly type: 'heard'; readonly isSelf: TimelineSource['isSelf'] })
  | { readonly type: 'gap'; readonly gap: Gap }
  | Outgoing
  /** One that failed is sent as another message, with this id. */
  | { readonly type: 'retried'; readonly key: string; readonly id: string; readonly now: number }
  | { readonly type: 'discarded'; readonly key: string }
  /** The room is entered after it was left: what is heard from now on does not follow on what was heard then. */
  | { readonly type: 'entered' }
  | { readonly type: 'loading' }
  | Page
  | { readonly type: 'loaded'; readonly error?: RoomfulError }

/** The next view; the same object where nothing changes. SPEC.md, rules TL. */
export function timeline(view: TimelineView, input: TimelineInput): TimelineView {
  return bounded(after(view, input))
}

function after(view: TimelineView, input: TimelineInput): TimelineView {
  switch (input.type) {
    case 'heard':
      return heard(view, input)
    case 'gap':
      return missing(view, input.gap)
    case 'outgoing':
      return outgoing(view, input)
    case 'retried':
      return retried(view, input.key, input.id, input.now)
    case 'discarded':
      return withoutPending(view, input.key)
    case 'entered':
      return begunAnew(view)
    case 'loading':
      return { ...view, isLoading: true, error: undefined }
    case 'page':
      return older(view, input)
    case 'loaded':
      return loaded(view, input.error)
  }
}

function heard(view: TimelineView, input: Heard & Pick<Page, 'isSelf'>): TimelineView {
  const { next, message } = logged(view, input, input.isSelf)
  return { ...next, log: put(next.log, message), oldest: next.oldest ?? message.seq }
}

/**
 * A message that the log has: one of our own keeps its key; that it is confirmed is for the outbox to say. Anyone may
 * make up an id like ours, so its sender must be us, unless the server does not say who that is (C16).
 */
function logged(
  view: TimelineView,
  { data, meta: { id, seq, from, at } }: Heard,
  isSelf: TimelineSource['isSelf'],
): { readonly next: TimelineView; readonly message: TimelineMessage } {
  const isOurs = isSelf(from)
  const own = isOurs === false ? undefined : view.pending.findLast((other) => other.id === id)
  const key = own?.item.key ?? String(view.nextKey)
  const state = own && isOnItsWay(own.item) ? own.item.state : 'confirmed'
  const isOwn = isOurs === true || own !== undefined
  const pending = own ? view.pending.spliced(own.index, 1) : view.pending
  return {
    next: { ...view, pending, nextKey: view.nextKey + 1 },
    message: { kind: 'message', key, id, seq, data, from, isOwn, at, state, error: undefined },
  }
}

function missing(view: TimelineView, { from, to, reason }: Gap): TimelineView {
  if (reason === 'epoch') return withGap(begunAnew(view), undefined, undefined, reason)
  const next = withGap(view, from, to, reason)
  // A server that does not replay may be another one by now: whether it has older ones is to be seen.
  return { ...next, hasOlder: reason === 'unsupported' ? undefined : view.hasOlder }
}

function withGap(view: TimelineView, from: Gap['from'], to: Gap['to'], reason: Gap['reason']): TimelineView {
  const gap: TimelineGap = { kind: 'gap', key: String(view.nextKey), from, to, reason }
  return { ...view, log: put(view.log, gap), nextKey: view.nextKey + 1 }
}

/** Another view of the log, or another log: our own that are not settled are on their way into that. */
function begunAnew(view: TimelineView): TimelineView {
  const unsettled = [...view.log].flatMap((entry) =>
    entry.kind === 'message' && isOnItsWay(entry) ? [{ ...entry, seq: undefined, given: entry.data }] : [],
  )
  return {
    ...view,
    log: new ChunkedList(),
    pending: view.pending.spliced(0, 0, ...unsettled),
    oldest: undefined,
    epoch: view.epoch + 1,
    hasOlder: undefined,
  }
}

function older(view: TimelineView, { event, page, before, epoch, isSelf }: Page): TimelineView {
  if (epoch !== view.epoch) return view
  // Where nothing of a page could be read, the message before the one we know was in it all the same.
  const first = page.messages[0]?.meta.seq ?? (before === undefined ? undefined : before - 1)
  const shown: TimelineMessage[] = []
  let filled = view
  for (const message of page.messages.filter((other) => other.event === event)) {
    const { next, message: entry } = logged(filled, message, isSelf)
    filled = next
    shown.push(entry)
  }
  return {
    ...filled,
    log: putPage(filled.log, shown),
    oldest: first === undefined ? view.oldest : Math.min(view.oldest ?? first, first),
    hasOlder: page.more,
  }
}

function loaded(view: TimelineView, error: RoomfulError | undefined): TimelineView {
  if (error?.code === 'UNSUPPORTED') return { ...view, isLoading: false, hasOlder: false }
  return { ...view, isLoading: false, error }
}

function bounded(view: TimelineView): TimelineView {
  const { log, pending, max } = view
  if (log.length > max) {
    const kept = log.spliced(0, log.length - max)
    const first = kept.at(0)
    const place = Math.ceil((first && placeOf(first)) ?? 0)
    // Where nothing has a place, the server keeps no log to load them from.
    const cut = view.oldest === undefined ? {} : { oldest: Math.max(view.oldest, place), hasOlder: true }
    return bounded({ ...view, log: kept, ...cut })
  }
  const failed = pending.length > max ? [...pending].filter(hasFailed) : []
  const [first] = failed
  return first && failed.length > max ? withoutPending(view, first.key) : view
}
