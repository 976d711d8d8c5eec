import { ChunkedList, type Found } from './chunked-list.ts'
import { isUnsettled, type TimelineEntry, type TimelineMessage } from './timeline-entry.ts'

/** An own message that is not in the window; `given` is what the app sent. */
export interface OwnMessage extends TimelineMessage {
  readonly given: unknown
}

/** The entries of a timeline: a window of the log, then own messages that are not in the window. */
export class TimelineList {
  entries: ChunkedList<TimelineEntry> = new ChunkedList()
  windowSize = 0

  /** Own messages behind the window. */
  get ownSize(): number {
    return this.entries.length - this.windowSize
  }

  /** 1 where the window begins with the mark of another epoch: older pages go behind it. */
  get markSize(): number {
    const first = this.entries.at(0)
    return first?.kind === 'gap' && first.reason === 'epoch' ? 1 : 0
  }

  /** Puts entries into the window. */
  insert(index: number, ...entries: readonly TimelineEntry[]): void {
    this.splice(index, 0, ...entries)
    this.windowSize += entries.length
  }

  /** Puts a message into the window, behind everything with a lower seq. */
  insertBySeq(message: TimelineMessage & { readonly seq: number }): void {
    const isBefore = (entry: TimelineEntry, index: number): boolean =>
      index < this.windowSize && (firstSeq(entry) ?? Infinity) <= message.seq
    const before = this.entries.findLast(isBefore)
    this.insert(before ? before.index + 1 : this.markSize, message)
  }

  /** Takes entries out of the window. Messages that the outbox still has stay, as own messages behind the window. */
  drop(index: number, count: number): void {
    const unsettled: OwnMessage[] = []
    for (let n = index; n < index + count; n += 1) {
      const entry = this.entries.at(n)
      if (entry?.kind === 'message' && isUnsettled(entry)) unsettled.push({ ...entry, given: entry.data })
    }
    this.splice(index, count)
    this.windowSize -= count
    this.splice(this.windowSize, 0, ...unsettled)
  }

  /** The last own message behind the window that passes the test. */
  own(test: (own: OwnMessage) => boolean): Found<OwnMessage> | undefined {
    return this.entries.findLast((entry) => test(entry as OwnMessage), this.windowSize) as Found<OwnMessage> | undefined
  }

  /** All own messages behind the window. */
  allOwn(): OwnMessage[] {
    return Array.from({ length: this.ownSize }, (_, n) => this.entries.at(this.windowSize + n) as OwnMessage)
  }

  /** Changes entries without moving the end of the window. */
  splice(index: number, removed: number, ...entries: readonly (TimelineEntry | OwnMessage)[]): void {
    if (removed > 0 || entries.length > 0) this.entries = this.entries.spliced(index, removed, ...entries)
  }
}

export function firstSeq(entry: TimelineEntry | undefined): number | undefined {
  return entry?.kind === 'gap' ? entry.from : entry?.seq
}

export function lastSeq(entry: TimelineEntry | undefined): number | undefined {
  return entry?.kind === 'gap' ? entry.to : entry?.seq
}
