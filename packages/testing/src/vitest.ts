import { expect } from 'vitest'
import type { MockServer } from './mock-server.ts'
import type { Emitted } from './records.ts'

/** What any mock server has, whatever its events. */
type AnyServer = Pick<MockServer, 'io' | 'emitted'>

/** Matchers for a mock server; all look at what is so now, and go with `expect.poll(() => server)`. */
export interface ServerMatchers<R = unknown> {
  /** Some client emitted the event; with these arguments first, which may hold `expect.any(…)` and the like. */
  toHaveEmitted(event: string, ...args: unknown[]): R
  /** Some client is in the room: one of Socket.IO's, or of `createRooms`. */
  toHaveJoined(room: string): R
  /** Some client is connected. */
  toBeConnected(): R
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-explicit-any -- as Vitest declares it
  interface Matchers<T = any> extends ServerMatchers<T> {}
}

/** What `createRooms` puts before a room's name. */
const PREFIX = 'roomful:'
/** As many as anybody reads. */
const SHOWN = 20
const ON_A_LINE = { min: true }

expect.extend({
  toHaveEmitted(received: unknown, event: string, ...args: unknown[]) {
    const { emitted } = checked(received)
    const { equals, isNot, utils } = this
    const fits = (each: Emitted): boolean => each.event === event && args.every((arg, at) => equals(each.args[at], arg))
    const shownAs = (...parts: unknown[]): string =>
      parts.map((part) => utils.stringify(part, undefined, ON_A_LINE)).join(' ')
    const wanted = shownAs(event, ...args)
    const shown = emitted.slice(-SHOWN).map((each) => `  ${shownAs(each.event, ...each.args)}`)
    const instead = shown.length === 0 ? 'they emitted nothing' : `they emitted, last of all:\n${shown.join('\n')}`
    return {
      pass: emitted.some(fits),
      message: () => `expected clients ${isNot ? 'not ' : ''}to have emitted ${wanted}; ${instead}`,
    }
  },

  toHaveJoined(received: unknown, room: string) {
    const { isNot, utils } = this
    const rooms = [...new Set(namespacesOf(received).flatMap(roomsIn))]
    const instead =
      rooms.length === 0 ? 'nobody is in any room' : `there are some in ${utils.stringify(rooms, undefined, ON_A_LINE)}`
    return {
      pass: rooms.includes(room),
      message: () => `expected ${isNot ? 'nobody' : 'a client'} to be in ${utils.stringify(room)}; ${instead}`,
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

/** Every socket is in a room of its own name: that is nobody's doing. */
function roomsIn({ adapter }: Namespace): string[] {
  const rooms = [...adapter.rooms.keys()].filter((room) => !adapter.sids.has(room))
  return rooms.map((room) => (room.startsWith(PREFIX) ? room.slice(PREFIX.length) : room))
}

function checked(received: unknown): AnyServer {
  if (typeof received === 'object' && received !== null && 'io' in received && 'emitted' in received)
    return received as AnyServer
  throw new TypeError('expected the server that createMockServer() gives')
}
