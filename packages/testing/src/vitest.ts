import { expect } from 'vitest'
import type { MockServer } from './mock-server.ts'
import type { Emitted } from './emitted-events.ts'

/** The part of a mock server that does not depend on its event types. */
type AnyServer = Pick<MockServer, 'io' | 'emitted'>

/** Matchers for a mock server. They check its present state; use `expect.poll(() => server)` to wait for a state. */
export interface ServerMatchers<R = unknown> {
  /** A client emitted the event with these arguments, or with more after them. They may contain `expect.any(…)`. */
  toHaveEmitted(event: string, ...args: unknown[]): R
  /** A client is in the room, a room of Socket.IO or of `createRooms`. */
  toHaveJoined(room: string): R
  /** A client is connected. */
  toBeConnected(): R
}

// Without an import or export, the published types would not find Vitest 3.0's Assertion.
export type {} from 'vitest'
declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-explicit-any -- as Vitest declares it
  interface Matchers<T = any> extends ServerMatchers<T> {}
  // Vitest 3.0 and 3.1 have no Matchers.
  // oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-explicit-any -- as Vitest declares it
  interface Assertion<T = any> extends ServerMatchers<T> {}
}

/** `createRooms` puts this before a room's name. */
const ROOM_PREFIX = 'roomful:'
/** A failed matcher prints at most this many events. */
const MAX_PRINTED_EVENTS = 20
const ONE_LINE = { min: true }

expect.extend({
  toHaveEmitted(received: unknown, event: string, ...args: unknown[]) {
    const { emitted } = checked(received)
    const { equals, isNot, utils } = this
    const matches = (each: Emitted): boolean =>
      each.event === event && args.every((arg, index) => equals(each.args[index], arg))
    const print = (...parts: unknown[]): string =>
      parts.map((part) => utils.stringify(part, undefined, ONE_LINE)).join(' ')
    const last = emitted.slice(-MAX_PRINTED_EVENTS).map((each) => `  ${print(each.event, ...each.args)}`)
    const actual = last.length === 0 ? 'they emitted nothing' : `their last events:\n${last.join('\n')}`
    return {
      pass: emitted.some(matches),
      message: () => `expected clients ${isNot ? 'not ' : ''}to have emitted ${print(event, ...args)}; ${actual}`,
    }
  },

  toHaveJoined(received: unknown, room: string) {
    const { isNot, utils } = this
    const rooms = [...new Set(namespacesOf(received).flatMap(roomsIn))]
    const actual =
      rooms.length === 0 ? 'all rooms are empty' : `there are clients in ${utils.stringify(rooms, undefined, ONE_LINE)}`
    return {
      pass: rooms.includes(room),
      message: () => `expected ${isNot ? 'no' : 'a'} client to be in ${utils.stringify(room)}; ${actual}`,
    }
  },

  toBeConnected(received: unknown) {
    const { isNot } = this
    const count = namespacesOf(received).reduce((sum, { sockets }) => sum + sockets.size, 0)
    return {
      pass: count > 0,
      message: () => `expected ${isNot ? 'no' : 'a'} client to be connected, but ${isNot ? count : 'none'} is`,
    }
  },
})

type Namespace = AnyServer['io']['sockets']

function namespacesOf(received: unknown): Namespace[] {
  return [...checked(received).io._nsps.values()]
}

/** Leaves out the room that Socket.IO makes for each socket and names by its id. */
function roomsIn({ adapter }: Namespace): string[] {
  const rooms = [...adapter.rooms.keys()].filter((room) => !adapter.sids.has(room))
  return rooms.map((room) => (room.startsWith(ROOM_PREFIX) ? room.slice(ROOM_PREFIX.length) : room))
}

function checked(received: unknown): AnyServer {
  if (typeof received === 'object' && received !== null && 'io' in received && 'emitted' in received)
    return received as AnyServer
  throw new TypeError('expected a server made by createMockServer()')
}
