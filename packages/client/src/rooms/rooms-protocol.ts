import type { Receipt, RoomfulError } from '@roomful/contract'
import type { AuthContext, AuthFunction } from '../connection/auth.ts'
import type { OutboxStorageName, ServerInfo } from '../connection/connection-state.ts'
import type { RoomSection } from '../events/schemas.ts'
import type { CallOptions } from '../promises.ts'
import type { ReadonlyStore } from '../store.ts'
import type { HistoryMessages, HistoryQuery, Member, Occupancy } from './room.ts'
import type { RoomEvents } from './room-events.ts'
import type { RoomState } from './room-state.ts'

/** How many messages and events the server has not got or not confirmed, and where they are stored. */
export interface OutboxStatus {
  /** Waiting to be sent. */
  readonly queued: number
  /** Sent and not confirmed. */
  readonly sending: number
  /** `memory`: lost with the page. `none`: with `plainRooms()`, which sends nothing again. */
  readonly storage: OutboxStorageName
  /** Stored by earlier pages, for a user that the client does not know yet. `persistentOutbox({ user })` says it beforehand. */
  readonly waitingForUser: number
}

/** `client.outbox`. */
export interface ClientOutbox extends ReadonlyStore<OutboxStatus> {
  /**
   * Discards every message of this user that is not confirmed, also stored ones: for signing out. Messages that were never
   * sent reject with `DISCARDED`; the others with `UNKNOWN`.
   */
  readonly clear: () => Promise<void>
}

/** The server's answer to a join; a protocol adds its own. */
export interface JoinAnswer {
  /** Whether the server answered. A plain server need not. */
  readonly acknowledged: boolean
}

/** A message that the client has taken over: its id is known at once, its receipt later. */
export interface SentMessage {
  readonly id: string
  readonly receipt: Promise<Receipt>
}

/** One of this client's messages on its way, as a timeline shows it. */
export interface OutgoingMessage {
  readonly id: string
  readonly event: string
  readonly data: unknown
  readonly state: 'queued' | 'sending' | 'confirmed' | 'rejected' | 'unknown'
  readonly seq?: number
  readonly at?: number
  readonly error?: RoomfulError
}

/** The side of a room that every protocol needs. */
export interface RoomHost {
  readonly name: string
  /** `inbox`: the user's own room, which only the server writes to. */
  readonly section: RoomSection
  readonly state: RoomState
  readonly events: RoomEvents
  /** Whether a join or leave is under way. */
  isBusy(): boolean
  /** The place in the room is lost: joins again. */
  lost(): void
  /** The server has put the client out of the room. */
  putOut(error: RoomfulError): void
  /** Messages wait in the room, or no more: while they do, the client stays in the room, or joins it for them. */
  setNeeded(isNeeded: boolean): void
  /** Reports an event that no listener gets, or that is not sent. */
  drop(direction: 'in' | 'out', event: string, reason: string): void
}

/** A protocol's part of one room. */
export interface RoomPart {
  /** Why no server of this kind can have a room of this name. */
  readonly nameError: RoomfulError | undefined
  readonly members: ReadonlyStore<ReadonlyMap<string, Member>>
  readonly occupancy: ReadonlyStore<Occupancy>
  /** Asks the server. `onLate` gets the answer of a server that counted as `acknowledged: false` before. */
  join(params: unknown, onLate: (error?: RoomfulError) => void): Promise<JoinAnswer>
  leave(): Promise<void>
  /** Called with each state, before the app's listeners. */
  onState(state: RoomState): void
  /** The join was answered; the state is about to say so. */
  onAnswer?(answer: JoinAnswer): void
  /** The room is joined, for the app or only for the messages that wait. */
  onJoined(answer: JoinAnswer, isForApp: boolean): void
  /** The server refused the join for good, or put the client out of the room. */
  onRefused(error: RoomfulError): void
  /** There is no connection any more; also called in a room that is left. `isStopped`: the client does not reconnect by itself. */
  onDisconnected?(isStopped: boolean): void
  /** Another user is connected: drop everything that belongs to the user before. */
  onUserChanged?(): void
  emit(event: string, data: unknown, options: CallOptions): SentMessage
  /** Whether it was sent. */
  volatile(event: string, data: unknown): boolean
  history(query: HistoryQuery): Promise<HistoryMessages>
  /** Whether the room has to be kept, though the app has left it. */
  isInUse(): boolean
  readonly outgoing: OutgoingMessages
  /** The epoch of the log that the room's events come from; undefined where there is no log. */
  epoch?(): string | undefined
  /** Whether the log of `epoch` continues the one of this earlier epoch. */
  isContinued?(epoch: string): boolean
  /**
   * Asks the next join for the newest messages, in the same round trip. The returned function ends that, and gives the page
   * where a join has brought one.
   */
  requestInitial?(count: number): () => HistoryMessages | undefined
}

/** This client's messages on their way in one room. */
export interface OutgoingMessages {
  /** In the order of sending. */
  list(): readonly OutgoingMessage[]
  /** Calls the listener with each new one, and after each change. */
  watch(listener: (message: OutgoingMessage) => void): () => void
  discard(id: string): void
}

/** How one client speaks of rooms with its server. */
export interface RoomsProtocol {
  readonly kind: 'plain' | 'roomful'
  /** What is known of every server; undefined where each one introduces itself. */
  readonly serverInfo: ServerInfo | undefined
  readonly clientOutbox: ClientOutbox
  createPart(room: RoomHost): RoomPart
  /** A packet that came before the client is connected; true where the protocol has used it. */
  receiveEarly(event: string, args: readonly unknown[]): boolean
  /** A packet; true where it is not for the client's own listeners. */
  receive(event: string, args: readonly unknown[]): boolean
  /** The user's id as the server knows it; undefined where it does not say. */
  userId(): string | undefined
  /** Calls the app's `auth` for an attempt to connect. @default calls it */
  askAuth?(auth: AuthFunction, context: AuthContext): ReturnType<AuthFunction>
  onConnecting(): void
  /** Connected: before the rooms are joined again. True where the user is another one than before. */
  onConnected(isRecovered: boolean): boolean
  /** No connection is sought any more. */
  onStopped(error: RoomfulError): void
  close(): void
}
