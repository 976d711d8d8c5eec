import { RoomfulError } from '@roomful/contract'
import { describe, isObject } from '@roomful/contract/protocol'
import type { RoomName } from '../room.ts'
import type { PlainStyle } from './plain-types.ts'

/**
 * The default, as in Flask-SocketIO's tutorial: the room is the field `room` of an event's data. `join { room, ...params }`,
 * `leave { room, ...params }`, `<event> { room, ...data }`.
 */
export const roomFieldRooms: PlainStyle = /* @__PURE__ */ fieldStyle('room')

/** The room is the field `roomId` of an event's data: `join { roomId, ...params }`, `leave { roomId, ...params }`, `<event> { roomId, ...data }`. */
export const roomIdRooms: PlainStyle = /* @__PURE__ */ fieldStyle('roomId')

/**
 * The room is an event's first argument, as in `socket.on('join', (room, ack) => …)`: `join(room, params?)`,
 * `leave(room)`, `<event>(room, data?)`, in both directions.
 *
 * @example createClient({ url, rooms: plainRooms(positionalRooms) })
 */
export const positionalRooms: PlainStyle = {
  join: (room, params) => (params === undefined ? ['join', room] : ['join', room, params]),
  leave: (room) => ['leave', room],
  emit: (room, event, data) => (data === undefined ? [event, room] : [event, room, data]),
  roomOf: (_event, room) => nameOr(room),
  dataOf: (_event, _room, ...rest) => (rest.length > 1 ? rest : rest[0]),
}

/**
 * A room is the name of an event: an event `chat:42` is a message of the room `chat:42`. `room.on('message')` hears it, and
 * `room.send(data)` sends it; no other event can be sent. Nothing is sent to join or leave: give `join` and `leave` where the
 * server wants to know.
 *
 * @example createClient({ url, rooms: plainRooms({ ...eventNameRooms, join: (room) => ['subscribe', room] }) })
 */
export const eventNameRooms: PlainStyle = {
  join: false,
  leave: false,
  emit(room, event, data) {
    if (event === 'message') return data === undefined ? [String(room)] : [String(room), data]
    const sentence = `eventNameRooms sends only "message" to a room, whose name is the event; plainRooms({ emit }) can send "${event}"`
    throw new RoomfulError('INVALID_ARGUMENT', sentence)
  },
  roomOf: (event) => event,
  eventOf: () => 'message',
}

/** An object is data, and names no room. */
function nameOr(value: unknown): unknown {
  return typeof value === 'object' ? undefined : value
}

function fieldStyle(field: string): PlainStyle {
  const withField = (room: RoomName, data: unknown, what: string, option: string): object => {
    if (data === undefined || data === null) return { [field]: room }
    if (isObject(data)) return { [field]: room, ...data }
    const sentence = `plainRooms sends { ${field}, ...${what} }, so ${what} must be an object, got ${describe(data)}`
    throw new RoomfulError('INVALID_ARGUMENT', `${sentence}; plainRooms({ ${option} }) changes that`)
  }
  return {
    join: (room, params) => ['join', withField(room, params, 'params', 'join')],
    leave: (room, params) => ['leave', withField(room, params, 'params', 'leave')],
    emit: (room, event, data) => [event, withField(room, data, 'data', 'emit')],
    roomOf: (_event, data) => (isObject(data) ? nameOr(data[field]) : undefined),
  }
}
