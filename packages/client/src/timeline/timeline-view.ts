import type { RoomfulError } from '@roomful/contract'
import { ChunkedList } from './chunked-list.ts'
import type { TimelineMessage } from './timeline-entry.ts'
import type { TimelineLog } from './timeline-log.ts'

/** Our own message that has no place yet; `given` is what to publish again. */
export interface Pending extends TimelineMessage {
  readonly given: unknown
}

export interface TimelineView {
  readonly log: TimelineLog
  /** In the order of sending; those that failed stay until they are tried again or discarded. */
  readonly pending: ChunkedList<Pending>
  /** From here on the log is complete; before it stand at most our own that were confirmed, and not heard. */
  readonly oldest: number | undefined
  /** How often it began anew: a page that was asked for before is of no use. */
  readonly epoch: number
  readonly hasOlder: boolean | undefined
  readonly isLoading: boolean
  readonly error: RoomfulError | undefined
  readonly nextKey: number
  readonly max: number
}

export function emptyTimeline(max: number): TimelineView {
  return {
    log: new ChunkedList(),
    pending: new ChunkedList(),
    oldest: undefined,
    epoch: 0,
    hasOlder: undefined,
    isLoading: false,
    error: undefined,
    nextKey: 0,
    max,
  }
}
