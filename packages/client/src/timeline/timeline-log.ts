import { ChunkedList } from './chunked-list.ts'
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
  if (before && known?.kind === 'message' && known.seq === place) {
    const message = entry as TimelineMessage
    const { key, state } = known
    return log.spliced(before.index, 1, { ...message, key, state, isOwn: known.isOwn || message.isOwn })
  }
  // What has no place stays where it arrived: behind what was there.
  const isUnplaced = (other: TimelineEntry | undefined) => other && placeOf(other) === undefined
  let index = before ? before.index + 1 : 0
  while (index < log.length && isUnplaced(log.at(index))) index += 1
  return log.spliced(index, 0, entry)
}

/** Puts the messages of a page, oldest first, where they belong: what stands behind all of them is not looked at. */
export function putPage(log: TimelineLog, page: readonly TimelineMessage[]): TimelineLog {
  const last = page.at(-1)?.seq
  if (last === undefined) return log
  const among: TimelineEntry[] = []
  for (const entry of log) {
    if ((placeOf(entry) ?? 0) > last) break
    among.push(entry)
  }
  const start: TimelineLog = new ChunkedList(among.length > 0 ? [among] : [], among.length)
  const merged = page.reduce((before, message) => put(before, message), start)
  return log.spliced(0, among.length, ...merged)
}
