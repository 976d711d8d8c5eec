import type { TimelineEntry, TimelineMessage } from './timeline-entry.ts'

/** Where an entry stands in the log; a gap just before the first message that is missing. */
export function placeOf(entry: TimelineEntry): number | undefined {
  if (entry.kind === 'message') return entry.seq
  return entry.from === undefined ? undefined : entry.from - 0.5
}

/** What has no place is before everything. */
export function isBefore(other: TimelineEntry, entry: TimelineEntry): boolean {
  return (placeOf(other) ?? 0) <= (placeOf(entry) ?? 0)
}

/** The message as it is heard of again, where it is the same: its key and its state stay. */
export function asKnown(known: TimelineEntry, entry: TimelineEntry): TimelineMessage | undefined {
  if (known.kind === 'gap' || entry.kind === 'gap' || known.seq !== entry.seq) return undefined
  return { ...entry, key: known.key, state: known.state, isOwn: known.isOwn || entry.isOwn }
}
