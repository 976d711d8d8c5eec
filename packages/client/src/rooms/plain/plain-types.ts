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
   * The event that asks to join. `false`, also as the result: the room needs no join, nothing is sent. If it throws, or returns anything else than
   * a list that begins with an event's name, the join fails with `INVALID_ARGUMENT`. So it is with `leave` and `emit`.
   * @default (room, params) => ['join', { room, ...params }]
   */
  readonly join?: false | ((room: RoomName, params: unknown) => EventCall | false)
  /** The event that asks to leave; `false` as with `join`. @default (room, params) => ['leave', { room, ...params }] */
  readonly leave?: false | ((room: RoomName, params: unknown) => EventCall | false)
  /** The event that sends to a room. @default (room, event, data) => [event, { room, ...data }] */
  readonly emit?: (room: RoomName, event: string, data: unknown, message: PlainMessage) => EventCall
  /** The name of the room that an event belongs to; undefined where it belongs to none. @default (event, data) => data?.room */
  roomOf?(event: string, ...args: unknown[]): unknown
  /** The name under which `room.on` listens to an event of the room. @default (event) => event */
  eventOf?(event: string, ...args: unknown[]): unknown
  /** The data of an event of a room. @default the argument; several arguments as a list */
  dataOf?(event: string, ...args: unknown[]): unknown
  /**
   * For a server that sends a message back to its sender: the id that `emit` has sent. The message then takes the place of
   * the one that a timeline shows already. Without `crypto.getRandomValues`, `createClient` throws `UNSUPPORTED`. @default none: such a message is shown twice
   */
  idOf?(event: string, ...args: unknown[]): unknown
  /**
   * Reads a refusal from an acknowledgement, also from one to `emitWithAck`; several values come as a list. `{ $error }` is
   * always a refusal. With this option `room.emit` asks the server for an acknowledgement, unless `acks` is false.
   */
  readonly refusalOf?: (ack: unknown) => Refusal | undefined
  /**
   * Whether a refusal of the connection, or of a join, is temporary: then the client tries again, later each time.
   * @default for the codes `RATE`, `UNAVAILABLE`, `LIMIT`, `CLOSING`
   */
  readonly isRetryable?: (refusal: Refusal) => boolean
  /**
   * Whether the server acknowledges joins, and the messages for which `refusalOf` asks. `true`: a join without an answer
   * fails with `TIMEOUT` after `joinTimeoutMs`, a message ends as `UNKNOWN` after `ackTimeoutMs`. `false`: no answer is asked for. Undefined: the client
   * waits for 300 ms, then the room is joined with `acknowledged: false`, and development warns once.
   */
  readonly acks?: boolean
}

/** Options for servers that name rooms in one way: `plainRooms({ ...positionalRooms, acks: true })`. */
export type PlainStyle = PlainRooms & Required<Pick<PlainRooms, 'join' | 'leave' | 'emit' | 'roomOf'>>
