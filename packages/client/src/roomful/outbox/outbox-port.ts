import type { RoomfulError } from '@roomful/contract'
import type { Sender } from '../../events/sender.ts'
import type { Report } from '../../store.ts'

/** What the outbox needs of the client. */
export interface OutboxPort {
  readonly sender: Pick<Sender, 'requestNow'>
  readonly ackTimeoutMs: number
  rejoin(room: string): void
  /** `holds(room)` has changed: the room has to be joined for the outbox, or no longer. */
  heldChanged(room: string): void
  /** A message was rejected, or its outcome is unknown. */
  drop(room: string, event: string, error: RoomfulError): void
  /** The storage cannot be used; messages are kept in memory. */
  storageFailed(error: unknown): void
  /** A listener threw. */
  readonly report: Report
}
