import type { OutgoingEntry } from '../outbox/outgoing.ts'
import type { Found } from './chunked-list.ts'
import { isOnItsWay, type TimelineEntry } from './timeline-entry.ts'
import { put } from './timeline-log.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { Pending, TimelineView } from './timeline-view.ts'

/** The outbox has a new message, or one has changed. */
export interface Outgoing {
  readonly type: 'outgoing'
  readonly entry: OutgoingEntry
  /** All that waits, in the order in which it goes. */
  readonly waiting: () => readonly OutgoingEntry[]
  readonly isSelf: TimelineSource['isSelf']
  /** What readers get of its data. */
  readonly read: (data: unknown) => unknown
  readonly now: number
}

export function outgoing(view: TimelineView, input: Outgoing): TimelineView {
  const { entry, isSelf } = input
  const pending = view.pending.findLast(({ id }) => id === entry.id)
  if (pending) return changed(view, pending, entry)
  const placed = view.log.findLast(
    (other) => other.kind === 'message' && other.id === entry.id && (other.isOwn || isSelf(other.from) === undefined),
  )
  if (placed) return changedInLog(view, placed, entry)
  const own = newOwn(view, input)
  const index = indexOf(entry, view, input.waiting())
  const next = { ...view, pending: view.pending.spliced(index, 0, own), nextKey: view.nextKey + 1 }
  return changed(next, { item: own, index }, entry)
}

/** Before the first of ours that goes after it: what an earlier page left goes before what this one has sent. */
function indexOf({ id }: OutgoingEntry, { pending }: TimelineView, waiting: readonly OutgoingEntry[]): number {
  const place = waiting.findIndex((other) => other.id === id)
  // The outbox tells of a new one just before it has it, at the end.
  const later = new Set(place < 0 ? [] : waiting.slice(place + 1).map((other) => other.id))
  const index = pending.toArray().findIndex((own) => own.id !== undefined && later.has(own.id))
  return index < 0 ? pending.length : index
}

function newOwn(view: TimelineView, { entry, read, now }: Outgoing): Pending {
  const { id, data, state, error } = entry
  return {
    kind: 'message',
    key: String(view.nextKey),
    id,
    seq: undefined,
    data: read(data),
    from: undefined,
    isOwn: true,
    at: now,
    state,
    error,
    given: data,
  }
}

function changed(view: TimelineView, { item, index }: Found<Pending>, entry: OutgoingEntry): TimelineView {
  const { data, state, seq, at, error } = entry
  const { given: _, ...own } = item
  // One that a plain server was handed has its place, too: nothing more will be known of it.
  if (state === 'confirmed' || (state === 'unknown' && !error)) {
    const log = put(view.log, { ...own, state, seq, at: at ?? own.at })
    return { ...view, log, pending: view.pending.spliced(index, 1) }
  }
  if (state === own.state) return view
  return { ...view, pending: view.pending.spliced(index, 1, { ...own, state, error, given: data }) }
}

/** The log has it: whatever else its end may be, it has happened. */
function changedInLog(view: TimelineView, { item, index }: Found<TimelineEntry>, entry: OutgoingEntry): TimelineView {
  if (item.kind === 'gap') return view
  const end = isOnItsWay(entry) ? entry.state : 'confirmed'
  const state = isOnItsWay(item) ? end : item.state
  if (state === item.state && item.isOwn) return view
  return { ...view, log: view.log.spliced(index, 1, { ...item, state, isOwn: true }) }
}

export function retried(view: TimelineView, key: string, id: string, now: number): TimelineView {
  const own = pendingOf(view, key)
  if (!own) return view
  const { pending } = withoutPending(view, key)
  const again: Pending = { ...own.item, id, at: now, state: 'queued', error: undefined }
  return { ...view, pending: pending.spliced(pending.length, 0, again) }
}

export function pendingOf(view: TimelineView, key: string): Found<Pending> | undefined {
  return view.pending.findLast((own) => own.key === key)
}

export function withoutPending(view: TimelineView, key: string): TimelineView {
  const own = pendingOf(view, key)
  return own ? { ...view, pending: view.pending.spliced(own.index, 1) } : view
}
