import type { Hello, Limits, WireUser } from '@roomful/contract/protocol'
import type { ClientCore } from '../client-core.ts'
import type { Emitter, Unsubscribe } from '../emitter.ts'
import type { Outbox } from './outbox/outbox.ts'

/** The connection of the client's protocol. */
export interface ServerLink {
  readonly core: ClientCore
  /** undefined before the first connection, and so before any room is joined. */
  readonly hello: Hello | undefined
  /** The first value of the server's answer. */
  request(event: string, request: object, timeoutMs: number): Promise<unknown>
}

/** What a room needs of the protocol; `RoomfulProtocol` is the only one. */
export interface RoomfulLink extends ServerLink {
  readonly outbox: Outbox
  /** The server has said why it ends the connection: no message in flight is the reason. */
  readonly hasBye: boolean
  /** The answer to the `$join` of one room, which may go together with those of others. */
  join(request: object): Promise<unknown>
}

/** The side of a roomful room that presence and typing are built on. */
export interface RoomfulInternals {
  /** Gives the user's own presence for each join; undefined where it has none. */
  presence: () => unknown
  /** Whether a presence is set, so that the room has to be kept for the next join. */
  hasPresence: boolean
  /** Gets the sender of each message of the log. */
  readonly senders: Emitter<[sender: WireUser | null]>
  readonly link: ServerLink
  /** Listens to one of the protocol's own events of this room, such as `$typing`. */
  onOwn(event: string, handler: (message: unknown) => void): Unsubscribe
}

/** By the room's internals; a room of `plainRooms()` is not in it. */
export const roomfulRooms: WeakMap<object, RoomfulInternals> = new WeakMap()

/** The server's limits, where it has the capability; undefined while disconnected. */
export function limitsOf({ hello, core }: ServerLink, capability: string): Limits | undefined {
  const isConnected = core.connection.store.getState().status === 'connected'
  return isConnected && hello?.capabilities.includes(capability) ? hello.limits : undefined
}
