import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Inspect } from './inspect.ts'
import type { RoomUse } from './rooms/membership-types.ts'
import type { RoomState } from './rooms/room-state.ts'
import type { RoomPart } from './rooms/rooms-protocol.ts'
import type { SocketHandlers, SocketPort } from './transport/socket-port.ts'

/** A room of a client, as a tool sees it. */
export interface InspectedRoom {
  readonly name: string
  readonly state: RoomState
  /** Why the client is in the room. */
  readonly use: RoomUse
  readonly part: Pick<RoomPart, 'members' | 'occupancy' | 'outgoing'>
}

/**
 * The inner parts of a client. The client calls `inspect` and the methods of `port` and `handlers` through these objects: a
 * tool may replace them, and has to put them back.
 */
export interface ClientInternals {
  readonly settings: {
    readonly url: string
    readonly rooms: { readonly kind: 'plain' | 'roomful' }
    readonly existingSocket?: object
    inspect?: Inspect | undefined
  }
  /** Packets out: the client calls it. */
  readonly port: SocketPort
  /** Packets in, and the ends of connections: the transport calls it. */
  readonly handlers: SocketHandlers
  readonly rooms: { all(): readonly InspectedRoom[] }
}

export const clientInternals: WeakMap<object, ClientInternals> = new WeakMap()

/** The inner parts of a client; throws `INVALID_ARGUMENT` for anything else. */
export function internalsOf(client: object): ClientInternals {
  const internals = clientInternals.get(client)
  if (!internals)
    throw new RoomfulError('INVALID_ARGUMENT', `expected a client of createClient(), got ${describe(client)}`)
  return internals
}
