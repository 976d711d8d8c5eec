import type { RoomfulError } from '@roomful/contract'
import type { Gap } from '../rooms/room.ts'

/** A message in a timeline. `isRedacted`: the server has deleted its data for good. */
export type TimelineMessage<Data = unknown, From = unknown> = TimelineMessageBase<From> &
  ({ readonly isRedacted: false; readonly data: Data } | { readonly isRedacted: true; readonly data: undefined })

interface TimelineMessageBase<From> {
  readonly kind: 'message'
  /** Stays the same while the message is shown: queued, sending, confirmed, retried. Unique among all timelines of the page. */
  readonly key: string
  /** As in `MessageMeta`. `retry` gives the message another id. */
  readonly id: string | undefined
  /** The message's place in the room's log; undefined before the server has stored it, and on a plain server. */
  readonly seq: number | undefined
  /** The epoch of the log in which it has this place: a message with both can be the `target` of an amendment. */
  readonly epoch: string | undefined
  /** The sender; undefined for an own message that is not in the log yet, for the server's own messages, and on a plain server. */
  readonly from: From | undefined
  /** Whether the user sent it: with this client, or elsewhere if the server identifies users. */
  readonly isOwn: boolean
  /** Milliseconds since 1970, by the server's clock; by the local clock before the server has stored it, and on a plain server. */
  readonly at: number
  /** The state in the outbox; messages of others are `confirmed`. On a plain server own messages end as `unknown`, without an error. */
  readonly state: 'queued' | 'sending' | 'confirmed' | 'rejected' | 'unknown'
  /** Why the message is `rejected` or `unknown`. */
  readonly error: RoomfulError | undefined
}

/**
 * Messages are missing here. A gap with reason `epoch` and without `from` stands first: the log that was shown before no longer
 * exists. One with `from` stands where the log has lost messages that this client had seen.
 */
export interface TimelineGap extends Gap {
  readonly kind: 'gap'
  readonly key: string
}

export type TimelineEntry<Data = unknown, From = unknown> = TimelineMessage<Data, From> | TimelineGap

/** Whether the message is still in the outbox. */
export function isUnsettled({ state }: Pick<TimelineMessage, 'state'>): boolean {
  return state === 'queued' || state === 'sending'
}

/** Whether the message can be retried. */
export function hasFailed({ state }: Pick<TimelineMessage, 'state'>): boolean {
  return state === 'rejected' || state === 'unknown'
}
