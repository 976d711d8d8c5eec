import type {
  AnyContract,
  At,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  EventName,
  PresenceInput,
  Receipt,
  RoomEmitted,
  User,
  UserInput,
  VolatileName,
} from '@roomful/contract'
import type { Limits } from '@roomful/contract/protocol'
import type { RoomLog } from './log/log.ts'
import type { ErrorContext } from './report.ts'

type Await<T> = T | Promise<T>

/** What a client said when it connected. `auth` is whatever it liked to send. */
export interface Handshake {
  readonly auth: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  /** The peer's IP address. */
  readonly address: string
}

/** Somebody about to join a room. */
export interface JoinContext<C extends AnyContract> {
  readonly room: string
  readonly user: User<C>
}

/** Somebody about to send an event into a room; `data` is as its schema gives it out. */
export interface EmitContext<C extends AnyContract, E extends keyof RoomEmitted<C>> {
  readonly room: string
  readonly event: E
  readonly data: DataOut<At<RoomEmitted<C>, E>>
  readonly user: User<C>
}

export interface HandlerContext<C extends AnyContract, E extends keyof RoomEmitted<C>> extends EmitContext<C, E> {
  /** The message's own, also when it is sent again: a handler may run more than once for one message. */
  readonly id: string
  /** Aborts when nobody waits for the handler any more: it took longer than `handlerTimeoutMs`, or the server closes. */
  readonly signal: AbortSignal
}

/** What `createRooms` allows; bytes are of UTF-8 JSON. Clients learn them when they connect. */
export type RoomsLimits = Partial<Omit<Limits, 'dedupMs'>>

export interface RoomsOptions<C extends AnyContract> {
  readonly contract: C
  /**
   * Who is connecting: the user, as others will see it, with an `id` of 1 to 128 characters that is the same at each of
   * its connections. undefined is anybody: connected, and refused by every room. Throw `refuse(code, message)` to turn the
   * connection away; whatever else it throws is passing, so that the client tries again. Unless given, all are guests.
   */
  readonly authenticate?: (handshake: Handshake) => Await<UserInput<C> | undefined>
  /** Where a function is given, only what it answers with true is allowed; it may throw `refuse(code, message)` to say why not. */
  readonly authorize?: {
    readonly join?: (context: JoinContext<C>) => Await<boolean>
    readonly emit?: (
      context: { [E in EventName<RoomEmitted<C>>]: EmitContext<C, E> }[EventName<RoomEmitted<C>>],
    ) => Await<boolean>
  }
  /** Where rooms keep what was said; `memoryLog()` unless given. `rooms.close()` closes it. */
  readonly log?: RoomLog
  readonly limits?: RoomsLimits
  /** How long `authenticate`, `authorize` and handlers may take, each; 30,000 unless given. */
  readonly handlerTimeoutMs?: number
  /** How long `close()` waits for what is under way; 10,000 unless given. */
  readonly closeTimeoutMs?: number
  /**
   * How long a user whose connection broke is still shown as here, so that nobody hears of a short outage; 5,000 unless
   * given, 0 for not at all. Guests go at once, and so does whoever leaves, disconnects or was silent (Socket.IO's ping).
   */
  readonly presenceGraceMs?: number
  /**
   * What a user shows who has set several states, from several connections; they come oldest first. The newest unless
   * given. Where it throws, or gives what the contract's `presence` refuses, `onError` hears of it and the newest counts.
   */
  readonly mergePresence?: (states: readonly [PresenceInput<C>, ...PresenceInput<C>[]]) => PresenceInput<C>
  /** Hears of whatever failed in the app's functions and in the log; prints it unless given. */
  readonly onError?: (error: unknown, context: ErrorContext) => void
}

/** A room, for the server to speak in. */
export interface RoomVoice<C extends AnyContract> {
  /**
   * Resolves when it is in the log, in its place among everyone's, and was sent to the members.
   * @throws ValidationError for data that the contract refuses; RoomfulError `CLOSING` after `close()`.
   */
  emit<E extends DurableName<RoomEmitted<C>>>(
    event: E,
    ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>
  ): Promise<Receipt>
  /** Past the log, to those who are here now. */
  readonly volatile: {
    emit<E extends VolatileName<RoomEmitted<C>>>(event: E, ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>): void
  }
}

export interface Rooms<C extends AnyContract> {
  /**
   * Runs for each such message before it is stored. What it returns travels instead; nothing leaves the message as it is;
   * `throw refuse(code, message)` refuses it. One handler an event.
   * @returns its undo.
   */
  handle<E extends DurableName<RoomEmitted<C>>>(
    event: E,
    handler: (context: HandlerContext<C, E>) => Await<DataIn<At<RoomEmitted<C>, E>> | void>,
  ): () => void
  to(room: string): RoomVoice<C>
  /** Whom a socket speaks for, for handlers of your own; undefined is anybody. */
  userOf(socket: object): User<C> | undefined
  /**
   * Gives every room another epoch: for a log that was put back from a backup, whose numbers would else be given twice.
   * Members notice by what they hear or send next; their views begin anew, and they are told (`gap`, reason `epoch`).
   */
  newEpoch(): Promise<void>
  /** Refuses what is new, waits for what is under way, then lets go of the sockets and closes the log. For good. */
  close(): Promise<void>
}
