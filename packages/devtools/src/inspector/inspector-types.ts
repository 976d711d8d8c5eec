import type { ConnectionState, Member, OutboxStatus } from '@roomful/client'
import type { InspectedRoom } from '@roomful/client/tools'
import type { PacketFilter } from '@roomful/testing/faults'
import type { Trace } from '@roomful/testing/trace'
import type { Recorded } from '../recorder/recorder.ts'

/** One room of the client now. */
export interface RoomSnapshot extends Pick<InspectedRoom, 'name' | 'state' | 'use'> {
  /** How many users are in the room; undefined where the server does not count. */
  readonly memberCount: number | undefined
  /** The first of the members that are known, at most 100. */
  readonly members: readonly Member[]
  /** The first of this client's messages that are not settled, at most 100. */
  readonly outgoing: ReturnType<InspectedRoom['part']['outgoing']['list']>
}

/** What the client is doing now. */
export interface ClientSnapshot {
  readonly url: string
  readonly rooms: 'plain' | 'roomful'
  readonly connection: ConnectionState<unknown>
  /** The times between calls and their answers, in milliseconds; undefined before the first answer. */
  readonly roundTrip: { readonly lastMs: number; readonly medianMs: number } | undefined
  readonly outbox: OutboxStatus
  /** The first 200 rooms in use. */
  readonly roomList: readonly RoomSnapshot[]
  /** How many rooms there are in all. */
  readonly roomCount: number
}

/** The faults of one client. They affect whole packets of Socket.IO; heartbeats are not affected. */
export interface InspectorFaults {
  readonly isOffline: boolean
  readonly latencyMs: number
  /** Breaks the connection once, as a failure of the network does; clients that share it are affected, too. */
  cut(): void
  /** Breaks the connection; attempts to connect fail until `online()`. `UNSUPPORTED` with `existingSocket`. */
  offline(): void
  online(): void
  /** Delays each packet, in each direction and in order, by 0 to 60,000 milliseconds; 0 ends the delay. */
  latency(ms: number): void
  /** Discards the next packet that matches. @default the next event, in either direction */
  dropNext(filter?: PacketFilter): void
  /** Delivers the next packet that matches twice. @default the next event, in either direction */
  duplicateNext(filter?: PacketFilter): void
  /** The next two packets that match, in one direction, change places; one that comes alone is delivered after 2 s. @default events, in either direction */
  reorderNext(filter?: PacketFilter): void
  /**
   * Cuts the connection, and refuses the credentials that the client used last until `pass()`, with `TOKEN_EXPIRED`. False, without
   * effect, where `auth` gave none. `UNSUPPORTED` with `existingSocket`.
   */
  expireToken(): boolean
  /** Ends all faults; delayed packets arrive at once. */
  pass(): void
}

/** Records one client, and makes faults between it and its server. */
export interface Inspector {
  /** The newest entries of the recording, from the oldest. */
  readonly entries: readonly Recorded[]
  /** How many entries were dropped, or cleared. */
  readonly dropped: number
  readonly faults: InspectorFaults
  snapshot(): ClientSnapshot
  /** Calls the listener after each entry and each change of a room, of the outbox and of the faults. Returns its undo. */
  subscribe(listener: () => void): () => void
  /** Forgets the entries. */
  clear(): void
  /**
   * The recording as a trace, for a file and for `replayTrace` of `@roomful/testing`. `withData`: with the data of messages;
   * otherwise texts and numbers in it are replaced. Credentials are never recorded. @default { withData: false }
   */
  trace(options?: { readonly withData?: boolean }): Trace
  /** Ends the recording and all faults, unless another inspector of the client is open. */
  close(): void
}
