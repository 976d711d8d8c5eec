import type { RoomfulError } from '@roomful/contract'
import type { Gap } from '../roomful/log.ts'

/** A message in a timeline. */
export interface TimelineMessage<Data = unknown, From = unknown> {
  readonly kind: 'message'
  /** Stays the same as long as the message is shown: on its way, confirmed, tried again. */
  readonly key: string
  /** As in `MessageMeta`; another one after `retry`. */
  readonly id: string | undefined
  /** Its place in the room's log; undefined as long as it has none, and on a plain server. */
  readonly seq: number | undefined
  readonly data: Data
  /** Who sent it; undefined for our own until the log has it, for the server's own messages, and on a plain server. */
  readonly from: From | undefined
  /** Whether we sent it: from here, or as the same user elsewhere, where the server tells users apart. */
  readonly isOwn: boolean
  /** The server's clock, in milliseconds since 1970; this machine's until the server has it, and on a plain server. */
  readonly at: number
  /** What the outbox says of our own; those of others are `confirmed`. On a plain server our own end `unknown`, without an error. */
  readonly state: 'queued' | 'sending' | 'confirmed' | 'rejected' | 'unknown'
  /** Why it is `rejected` or `unknown`. */
  readonly error: RoomfulError | undefined
}

/** Messages that are missing at this place. One with reason `epoch` stands first: what was before it is gone. */
export interface TimelineGap extends Gap {
  readonly kind: 'gap'
  readonly key: string
}

/** What a timeline shows, one after another. */
export type TimelineEntry<Data = unknown, From = unknown> = TimelineMessage<Data, From> | TimelineGap

/** Whether the outbox still has it. */
export function isOnItsWay({ state }: Pick<TimelineMessage, 'state'>): boolean {
  return state === 'queued' || state === 'sending'
}

/** Whether it can be tried again. */
export function hasFailed({ state }: Pick<TimelineMessage, 'state'>): boolean {
  return state === 'rejected' || state === 'unknown'
}
