import type { ChunkedList } from './chunked-list.ts'
import type { TimelineEntry, TimelineMessage } from './timeline-entry.ts'

/** Entries that have their place: by seq, and those of a plain server in the order of arrival. */
export type TimelineLog = ChunkedList<TimelineEntry>

/** Where an entry stands in the log; a gap just before the first message that is missing. */
export function placeOf(entry: TimelineEntry): number | undefined {
  if (entry.kind === 'message') return entry.seq
  return entry.from === undefined ? undefined : entry.from - 0.5
}

/** Puts an entry where it belongs. What stands there is the same message, heard of before: its key and its state stay. */
export function put(log: TimelineLog, entry: TimelineEntry): TimelineLog {
  const place = placeOf(entry)
  if (place === undefined) return log.spliced(log.length, 0, entry)
  const before = log.findLast((other) => (placeOf(other) ?? Infinity) <= place)
  const known = before?.item
  if (before && known?.kind === 'message' && known.seq === place)
    return log.spliced(before.index, 1, { ...(entry as TimelineMessage), key: known.key, state: known.state })
  // What has no place stays where it arrived: behind what was there.
  const isUnplaced = (other: TimelineEntry | undefined) => other && placeOf(other) === undefined
  let index = before ? before.index + 1 : 0
  while (index < log.length && isUnplaced(log.at(index))) index += 1
  return log.spliced(index, 0, entry)
}
