import type { Refusal } from '@roomful/contract'
import type { RoomName } from '../room.ts'

/** An event's name, then its arguments, as this server takes them. */
export type EventCall = readonly [event: string, ...args: unknown[]]

/** What `emit` gets beside the message itself. */
export interface PlainMessage {
  /** Unique in this page; with `idOf` unique among all clients. Send it with the message, so that `idOf` can read it from the echo. */
  readonly id: string
  /** The params of the latest `join` or `retain`. */
  readonly params: unknown
}

/**
 * How a server without `@roomful/server` speaks of rooms. The defaults are `roomFieldRooms`: the events of Flask-SocketIO's
 * tutorial. `roomOf`, `eventOf`, `dataOf` and `idOf` get all arguments of an event, without a callback at the end.
 */
export interface PlainRooms {
  /**
   * Returns the event that asks to join. If the option is `false`, or returns `false`, nothing is sent. If it throws, or returns anything else than a list
   * that begins with an event's name, the join fails with `INVALID_ARGUMENT`.
   * @default (room, params) => ['join', { room, ...params }]
   */
  readonly join?: false | ((room: RoomName, params: unknown) => EventCall | false)
  /**
   * Returns the event that asks to leave; `false` as with `join`. If it throws, the room is left without an event, and `onError` gets the error.
   * @default (room, params) => ['leave', { room, ...params }]
   */
  readonly leave?: false | ((room: RoomName, params: unknown) => EventCall | false)
  /**
   * Returns the event that sends to a room. If it throws, or returns no such list, the call fails with `INVALID_ARGUMENT`.
   * @default (room, event, data) => [event, { room, ...data }]
   */
  readonly emit?: (room: RoomName, event: string, data: unknown, message: PlainMessage) => EventCall
  /** The name of the room that an event belongs to; undefined where it belongs to none. @default (event, data) => data?.room */
  roomOf?(event: string, ...args: unknown[]): unknown
  /** The name under which `room.on` listens to an event of the room. @default (event) => event */
  eventOf?(event: string, ...args: unknown[]): unknown
  /** The data of an event of a room. @default the argument; several arguments as a list */
  dataOf?(event: string, ...args: unknown[]): unknown
  /**
   * For a server that sends a message back to its sender: the id that `emit` has sent. The message then takes the place of
   * the one that a timeline shows already. Without `crypto.getRandomValues`, `createClient` throws `UNSUPPORTED`. If it throws, `onError` gets the error, and the room gets the event without an id.
   * @default none: such a message is shown twice
   */
  idOf?(event: string, ...args: unknown[]): unknown
  /**
   * Reads a refusal from an acknowledgement, also from one to `emitWithAck`; several values come as a list. `{ $error }` is
   * always a refusal. With this option `room.emit` asks the server for an acknowledgement, unless `acks` is false.
   * If it throws, the call fails with `INTERNAL`.
   */
  readonly refusalOf?: (ack: unknown) => Refusal | undefined
  /**
   * Whether a refusal of the connection, or of a join, is temporary: then the client tries again, with a longer wait each time. If it throws,
   * `onError` gets the error, and the code decides.
   * @default for the codes `RATE`, `UNAVAILABLE`, `LIMIT`, `CLOSING`, `MORE`, `EPOCH`, `NOT_MEMBER`
   */
  readonly isRetryable?: (refusal: Refusal) => boolean
  /**
   * Whether the server acknowledges joins, and, with `refusalOf`, messages. `true`: a join without an answer fails with `TIMEOUT` after
   * `joinTimeoutMs`; with `refusalOf`, a message without one ends as `UNKNOWN` after `ackTimeoutMs`. `false`: the client does not ask for an answer.
   * Undefined: the client waits for 300 ms, then the room is joined with `acknowledged: false`, and development warns once.
   */
  readonly acks?: boolean
}

/** Options for servers that name rooms in one way: `plainRooms({ ...positionalRooms, acks: true })`. */
export type PlainStyle = PlainRooms & Required<Pick<PlainRooms, 'join' | 'leave' | 'emit' | 'roomOf'>>
