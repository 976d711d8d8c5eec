import type { RoomfulError } from '@roomful/contract'
import type { PublishAnswer } from '@roomful/contract/protocol'
import type { Report } from '../../guarded-store.ts'
import type { Place } from '../storage/keeper.ts'
import type { Flight } from './room-queue.ts'

/** How many messages of ours the server has not confirmed: `sending` ones are on their way, `queued` ones wait, and where. */
export interface OutboxStatus {
  readonly queued: number
  readonly sending: number
  readonly place: Place
}

/** What the outbox asks of the client. */
export interface OutboxHooks {
  /** Hands a batch to the server; a plain one gives no answer, only what could not be written. */
  send(room: string, flight: Flight): Promise<PublishAnswer> | readonly (RoomfulError | undefined)[]
  rejoin(room: string): void
  /** Messages of ours wait in the room, whether the app is in it or not; or none do any more. */
  needed(room: string): void
  idle(room: string): void
  /** Where messages wait has changed. */
  placed(): void
  storageFailed(error: unknown): void
  dropped(room: string, event: string, error: RoomfulError): void
  readonly report: Report
}
