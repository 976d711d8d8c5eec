import type {
  AmendedName,
  AnyContract,
  At,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  EventName,
  InboxEvents,
  JoinParams,
  PresenceInput,
  Receipt,
  RoomEmitted,
  User,
  UserInput,
  VolatileName,
} from '@roomful/contract'
import type { Limits } from '@roomful/contract/protocol'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'
import type { UserIdentity } from './connection/identity.ts'
import type { ServerLimits } from './guard/server-limits.ts'
import type { RoomLog } from './log/log.ts'
import type { Inspect } from './metrics/events.ts'
import type { RoomsMetrics } from './metrics/metrics.ts'
import type { RateCheck } from './rates/rate-check.ts'
import type { RatesOption } from './rates/rates.ts'
import type { TrustProxy } from './rates/trust-proxy.ts'
import type { ErrorContext } from './report.ts'
import type { RoomOperations } from './rooms/operations.ts'
import type { RoomsTracing } from './tracing.ts'

type Await<T> = T | Promise<T>

/** The handshake of a connection. `auth` is sent by the client and not checked. */
export interface Handshake {
  readonly auth: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  /** The client's IP address: the peer's, or by `trustProxy` the one that the app's proxies report. IPv4-mapped ones as IPv4. */
  readonly address: string
  /** The socket, with what `io.use` has put into `socket.data`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- its event maps are the app's
  readonly socket: Socket<any, any, any, any>
  /** The HTTP request of the handshake, with what `io.engine.use` has added: `request.session` of `express-session`. */
  readonly request: IncomingMessage
}

/** A user who asks to join a room. */
export interface JoinContext<C extends AnyContract, Claims = unknown> {
  readonly room: string
  readonly user: User<C>
  /** The claims from the latest call of `authenticate`, given by `identity(user, { claims })`. */
  readonly claims: Claims
  /** What the client gave with the join, parsed by the contract's `join` schema; any JSON, or undefined, where it has none. */
  readonly params: JoinParams<C>
}

/** A user who came into a room, or who left it. */
export interface MemberContext<C extends AnyContract> {
  readonly room: string
  readonly user: User<C>
}

/** A user who sends an event into a room. */
export interface EmitContext<C extends AnyContract, E extends keyof RoomEmitted<C>, Claims = unknown> {
  readonly room: string
  readonly event: E
  /** As the event's schema gives it out. */
  readonly data: DataOut<At<RoomEmitted<C>, E>>
  readonly user: User<C>
  /** The claims from the latest call of `authenticate`, given by `identity(user, { claims })`. */
  readonly claims: Claims
  /** The message that an amendment changes; undefined for an event that amends none. */
  readonly target: [AmendedName<At<RoomEmitted<C>, E>>] extends [never] ? undefined : AmendedMessage<C, E>
}

/** The message that an amendment changes, as it was stored. */
export interface AmendedMessage<C extends AnyContract, E extends keyof RoomEmitted<C>> {
  readonly event: AmendedName<At<RoomEmitted<C>, E>>
  readonly data: DataIn<At<RoomEmitted<C>, AmendedName<At<RoomEmitted<C>, E>>>>
  readonly seq: number
  readonly id: string
  /** null for a message of the server. */
  readonly from: UserInput<C> | null
  readonly at: number
}

export interface HandlerContext<
  C extends AnyContract,
  E extends keyof RoomEmitted<C>,
  Claims = unknown,
> extends EmitContext<C, E, Claims> {
  /**
   * The id of the message: 16 characters, made by the client, the same each time the message is sent again. A handler may run
   * more than once for one message. To run an effect only once, use `(senderKey, id)` as its idempotency key: another sender
   * can use the same `id`.
   */
  readonly id: string
  /**
   * Whose `id` it is: the user's id; for a guest, 22 characters that stay the same while the message is sent again, also by a
   * later page. They are no secret, and say nothing about the client.
   */
  readonly senderKey: string
  /** Aborts when the handler took longer than `handlerTimeoutMs`, or when the server closes. */
  readonly signal: AbortSignal
}

/**
 * Limits of the server. Those of messages and rooms are sent to each client when it connects; their bytes are of UTF-8 JSON.
 * Clients are not told `rates`, and those of `ServerLimits`.
 */
export interface RoomsLimits extends Partial<Omit<Limits, 'dedupMs'> & ServerLimits> {
  /**
   * How much a connection, and an address, may do a second. An honest page stays far below the defaults; beyond them a request is
   * refused with `RATE`, and the client tries again after the time that the answer names.
   */
  readonly rates?: RatesOption
}

export interface RoomsOptions<C extends AnyContract, Claims = undefined> {
  readonly contract: C
  /**
   * Returns the user of a connection, as other users will see it: its `id` has 1 to 128 characters and is the same on
   * each of the user's connections. `identity(user, { claims, expiresAt })` adds claims, which no client sees, and the end
   * of the credentials. After undefined the client is connected, but every room refuses it.
   * Called again when the client has other credentials (`$auth`): with their `auth`, and the rest of the handshake as it was.
   * `throw refuse(code, message)` refuses the connection. An error of `jose` or `jsonwebtoken` about the token refuses it
   * with `UNAUTHORIZED`, so that the client gets another one. After any other error the client tries again (`UNAVAILABLE`).
   * Without this option every client is a guest.
   */
  readonly authenticate?:
    | ((handshake: Handshake) => Await<UserInput<C> | undefined>)
    | ((handshake: Handshake) => Await<UserIdentity<UserInput<C>, Claims> | undefined>)
  /**
   * A request is allowed only if the function returns true; `throw refuse(code, message)` gives the client a reason. Only one's own
   * messages can be amended with `emit: ({ target, user }) => target === undefined || target.from?.id === user.id`.
   */
  readonly authorize?: {
    /** Asked at every join, also when a member joins again after an outage. */
    readonly join?: (context: JoinContext<C, Claims>) => Await<boolean>
    readonly emit?: (
      context: { [E in EventName<RoomEmitted<C>>]: EmitContext<C, E, Claims> }[EventName<RoomEmitted<C>>],
    ) => Await<boolean>
  }
  /**
   * The proxies in front of this server, as Express has it: how many there are, or their networks (`['10.0.0.0/8']`; also `loopback`,
   * `linklocal`, `uniquelocal`). The address of a client is then read from `X-Forwarded-For`. 0: there is no proxy. Without this
   * option the peer is the client, but peers on this machine, and private ones that send a forwarding header, may be a proxy:
   * quotas by address do not count them.
   */
  readonly trustProxy?: TrustProxy
  /** Stores the messages of rooms. Default: `memoryLog()`. Closed by `rooms.close()`. */
  readonly log?: RoomLog
  /**
   * Says that this process is the only one of the app. It may then have a Socket.IO adapter that spans processes, with a log that
   * does not. Do not set it where several processes run: clients would lose messages. Default: false.
   */
  readonly singleProcess?: boolean
  readonly limits?: RoomsLimits
  /**
   * Asked before a client connects, before it joins a room, and for each message, in addition to `limits.rates`: for a
   * limiter that several servers share. It refuses by returning `{ afterMs }`: of a batch, the messages before are stored.
   * After an error, `onError` is called and the request goes on.
   */
  readonly rateCheck?: RateCheck
  /**
   * How long a connection may be in no namespace, in ms, because it never asked for one or has left all. Then it is closed. The
   * time of `authenticate` does not count. Default: 10,000.
   */
  readonly connectTimeoutMs?: number
  /**
   * The longest time that one call of `authenticate`, `authorize` or a handler may take, in ms. Default: 30,000. Time in which
   * the process stood still (stopped, or its event loop blocked) does not count.
   */
  readonly handlerTimeoutMs?: number
  /**
   * The longest time that `close()` takes, in ms. Running requests have all of it except the last second (below 4,000: except
   * the last quarter). Default: 10,000.
   */
  readonly closeTimeoutMs?: number
  /**
   * How long a user stays a member after a lost connection, in ms, so that others do not see a short outage. Default: 5,000;
   * 0 removes the user at once. Guests, and users who leave, disconnect or miss Socket.IO's ping, are removed at once.
   */
  readonly presenceGraceMs?: number
  /**
   * Merges the presences that a user has set from several connections, oldest first. Default: the newest. If it throws,
   * or returns a value that the contract's `presence` refuses, `onError` is called and the newest counts.
   */
  readonly mergePresence?: (presences: readonly [PresenceInput<C>, ...PresenceInput<C>[]]) => PresenceInput<C>
  /**
   * Called when a user becomes a member of a room with its first connection, and when its last connection there has left:
   * after `presenceGraceMs` where the connection was lost. A second tab and a short outage call neither. Not awaited: a
   * failure is reported, and changes nothing. `rooms.close()` does not call `onLeave`.
   */
  readonly onJoin?: (context: MemberContext<C>) => Await<void>
  readonly onLeave?: (context: MemberContext<C>) => Await<void>
  /** Called with each error of the app's functions and of the log. Default: prints it. */
  readonly onError?: (error: unknown, context: ErrorContext) => void
  /**
   * Called with each event of the server, for logs: connections, joins, publishes, refusals, closing. Events hold names of
   * rooms and ids of users, but no token, no data of messages and no session id. Must return quickly.
   */
  readonly inspect?: Inspect
  /** Puts a span around the app's functions for a message: `otelTracing()` of `@roomful/server/otel`. Default: none. */
  readonly tracing?: RoomsTracing
}

/** Emits messages of the server itself into a room. */
export interface RoomEmitter<C extends AnyContract> {
  /**
   * Stores a message and sends it to the members; resolves after both, with its place in the log.
   * @throws ValidationError for data that the contract refuses; RoomfulError `CLOSING` after `close()`.
   */
  emit<E extends DurableName<RoomEmitted<C>>>(
    event: E,
    ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>
  ): Promise<Receipt>
  /** Sends to the current members, without storing. */
  readonly volatile: {
    emit<E extends VolatileName<RoomEmitted<C>>>(event: E, ...args: DataArgs<DataIn<At<RoomEmitted<C>, E>>>): void
  }
}

/** Emits messages of the server into the inbox of one user. */
export interface UserEmitter<C extends AnyContract> {
  /**
   * Stores a message in the user's inbox and sends it to all connections of the user; resolves after both, with its place in
   * the inbox. A user who is away gets it later: clients that were connected before have it replayed, and others read it with
   * `client.inbox.history()`.
   * @throws ValidationError for data that the contract refuses; RoomfulError `INVALID_ARGUMENT` for an event that the contract's
   * `inbox` does not have, `CLOSING` after `close()`.
   */
  emit<E extends EventName<InboxEvents<C>>>(
    event: E,
    ...args: DataArgs<DataIn<At<InboxEvents<C>, E>>>
  ): Promise<Receipt>
}

export interface Rooms<C extends AnyContract, Claims = undefined> extends RoomOperations<C> {
  /**
   * Adds the handler of an event, which runs for each message before it is stored. The data that it returns replaces the
   * message's; undefined keeps it; `throw refuse(code, message)` refuses the message. After any other error, or no answer within
   * `handlerTimeoutMs`, the client sends the message again; the third failure is final (`INTERNAL`).
   * @returns a function that removes the handler.
   * @throws RoomfulError `INVALID_ARGUMENT` where the contract has no such durable event, or it has a handler already.
   */
  handle<E extends DurableName<RoomEmitted<C>>>(
    event: E,
    handler: (context: HandlerContext<C, E, Claims>) => Await<DataIn<At<RoomEmitted<C>, E>> | void>,
  ): () => void
  /** @throws RoomfulError `INVALID_ARGUMENT` for an invalid room name. */
  to(room: string): RoomEmitter<C>
  /**
   * The inbox of a user, by the `id` that `authenticate` returns. The user need not be connected, or known.
   * @throws RoomfulError `INVALID_ARGUMENT` for an id that no user can have.
   * @example await rooms.toUser(order.userId).emit('note', { text: 'Your order has been sent' })
   */
  toUser(userId: string): UserEmitter<C>
  /** The user of a socket, for your own Socket.IO handlers; undefined for a client without a user. */
  userOf(socket: object): User<C> | undefined
  /**
   * The network of a socket's client, for quotas of your own: an IPv4 address, or an IPv6 network as `2001:db8:0:1::/64`.
   * undefined where it is unknown, see `trustProxy`.
   */
  networkOf(socket: { readonly handshake: Pick<Handshake, 'address' | 'headers'> }): string | undefined
  /**
   * Gives every room a new epoch. Call it after restoring the log from a backup: otherwise numbers would be given twice.
   * Members are told at once. They keep what the log still has, and get a `gap` of reason `epoch` for what it has lost.
   * @throws RoomfulError `CLOSING`; `UNAVAILABLE` where a node did not answer: its members are told within 10 s.
   */
  newEpoch(): Promise<void>
  /**
   * The numbers of this process since its start, and now: a new object of plain data, also after `close()`. With several nodes, add
   * up those of all processes; `rooms` does not add up, since each process counts a room that it uses.
   */
  metrics(): RoomsMetrics
  /**
   * Whether the server can take messages: it is not closing, and its log can be written. For readiness checks. Writes to the
   * log, where the log has a `check`; after such an answer the next ones within a second are the same.
   */
  isReady(): Promise<boolean>
  /**
   * Refuses new requests, waits for the running ones, sends `$bye CLOSING` to all clients and ends their connections, and
   * closes the log. Clients come back by themselves, spread over 15 ms for each of them. Resolves within `closeTimeoutMs`.
   * Cannot be undone.
   */
  close(): Promise<void>
}
