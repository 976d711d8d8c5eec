import type { RoomfulError } from '@roomful/contract'
import type { PublishAnswer, PublishRequest } from '@roomful/contract/protocol'
import type { Report } from '../../store.ts'

/** What the outbox needs of the client. */
export interface OutboxPort {
  /** Rejects with `DISCONNECTED` if the connection ended; the room is closed then. */
  publish(request: PublishRequest): Promise<PublishAnswer>
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
