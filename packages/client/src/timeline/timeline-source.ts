import type { Receipt } from '@roomful/contract'
import type { Unsubscribe } from '../emitter.ts'
import type { ReadonlyStore, Report } from '../store.ts'
import type { OutgoingMessage, SentMessage } from '../rooms/rooms-protocol.ts'
import type { Redaction } from '../rooms/room-events.ts'
import type { Gap, HistoryMessages, HistoryQuery, MessageMeta } from '../rooms/room.ts'
import type { RoomState } from '../rooms/room-state.ts'

/** What a timeline needs from its room. */
export interface TimelineSource {
  readonly state: ReadonlyStore<RoomState>
  /** Messages in `seq` order, each once, live and replayed; gaps at their place between them. Nothing while the room is left. */
  on(event: 'gap', handler: (gap: Gap) => void): Unsubscribe
  on(event: string, handler: (data: unknown, meta: MessageMeta) => void): Unsubscribe
  /** Calls the listener with each message of which the server has deleted the data. */
  onRedaction(listener: (redaction: Redaction) => void): Unsubscribe
  /** Calls the listener after all events of a packet were given to the listeners of `on`. */
  onTurnEnd(listener: () => void): Unsubscribe
  /** The epoch of the messages and gaps that `on` delivers now; undefined on a plain server. */
  epoch(): string | undefined
  /** Whether the log of `epoch()` continues the one of this earlier epoch. */
  isContinued(epoch: string): boolean
  /**
   * A page of at most `limit` messages; the server may give fewer. Rejects with `UNSUPPORTED` on a plain server, and with
   * `DISCONNECTED` while or when the connection is lost. A page `after` a seq begins at the log's `first` where the messages
   * before it are gone. May be called a microtask after the state has become `joined`.
   */
  history(query: HistoryQuery): Promise<HistoryMessages>
  /**
   * Makes the next join request ask for the newest `limit` messages too (`$join last`). The returned function returns the
   * page that the last join brought, or undefined, and ends the wish: call it in the microtask after the state has become
   * `joined`, or earlier to cancel. Rooms send a join request in a microtask after `join()` or `retain()`, so a timeline
   * that is made in the same task (the same React commit) is counted.
   */
  requestInitial(limit: number): () => HistoryMessages | undefined
  /** Calls the listener after the client's user has become another user, and the outbox is that user's. */
  watchUser(listener: () => void): Unsubscribe
  /** Calls the listener when the client is closed. */
  onEnd(listener: () => void): Unsubscribe
  /** Puts a message into the outbox, or throws and leaves nothing there. */
  publish(event: string, data: unknown): SentMessage
  /** The promise of a message that `publish` refused: no entry shows the error, so it may not go unseen. */
  refused(event: string, error: unknown): Promise<Receipt>
  /** The user's unsettled messages in this room, oldest first; those of earlier pages included. */
  outgoing(): readonly OutgoingMessage[]
  /** Calls the listener with each message that enters the outbox, and with each change of one. */
  watchOutgoing(listener: (entry: OutgoingMessage) => void): Unsubscribe
  /** Takes a message out of the outbox; `watchOutgoing` reports its end. */
  discard(id: string): void
  /** The user as the server knows it, once it was connected; undefined where the server does not identify users. */
  self(): unknown
  /** The field that tells the amendments of one user apart, of an event that amends; undefined where it has none. */
  keyOf(event: string): string | undefined
  /** Whether this sender is the user; undefined where the server does not identify users. */
  readonly isSelf: (from: unknown) => boolean | undefined
  /** The data as readers get it: a schema may fill in and transform. */
  read(event: string, data: unknown): unknown
  /** Receives the errors of listeners that throw. */
  readonly report: Report
}
