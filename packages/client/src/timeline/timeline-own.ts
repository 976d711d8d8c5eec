import type { OutgoingEntry } from '../outbox/outgoing.ts'
import type { Found } from './chunked-list.ts'
import { isOnItsWay, type TimelineEntry } from './timeline-entry.ts'
import { put } from './timeline-log.ts'
import type { Pending, TimelineView } from './timeline-view.ts'

/** The outbox has a new message, or one has changed. */
export interface Outgoing {
  readonly type: 'outgoing'
  readonly entry: OutgoingEntry
  /** What readers get of its data. */
  readonly read: (data: unknown) => unknown
  readonly now: number
}

export function outgoing(view: TimelineView, input: Outgoing): TimelineView {
  const { entry } = input
  const pending = view.pending.findLast(({ id }) => id === entry.id)
  if (pending) return changed(view, pending, entry)
  const placed = view.log.findLast((other) => other.kind === 'message' && other.id === entry.id)
  if (placed) return changedInLog(view, placed, entry)
  const own = newOwn(view, input)
  const index = view.pending.length
  const next = { ...view, pending: view.pending.spliced(index, 0, own), nextKey: view.nextKey + 1 }
  return changed(next, { item: own, index }, entry)
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
  if (item.kind === 'gap' || !isOnItsWay(item) || entry.state === item.state) return view
  const state = isOnItsWay(entry) ? entry.state : 'confirmed'
  return { ...view, log: view.log.spliced(index, 1, { ...item, state }) }
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
