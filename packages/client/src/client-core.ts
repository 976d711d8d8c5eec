import type { Auth } from './connection/auth.ts'
import type { Connection } from './connection/connection.ts'
import type { RefusalOptions } from './errors.ts'
import type { Schemas } from './events/schemas.ts'
import type { Sender } from './events/sender.ts'
import type { Reporting } from './reporting.ts'
import type { RoomHost, RoomsProtocol } from './rooms/rooms-protocol.ts'

/** What the parts of a client share, as TanStack Query's parts share their client. */
export interface ClientCore {
  /** The server's address, as `createClient` got it. */
  readonly url: string
  readonly settings: {
    readonly auth: Auth | undefined
    readonly connectTimeoutMs: number
    readonly ackTimeoutMs: number
    readonly joinTimeoutMs: number
    readonly queueLimit: number
  }
  readonly connection: Connection
  readonly sender: Sender
  readonly schemas: Schemas
  readonly reporting: Reporting
  readonly rooms: {
    /** The room of that name, if the app or a queued message has named it. */
    get(name: string): RoomHost | undefined
    /** The same, made where there is none. */
    named(name: string): RoomHost
    all(): readonly RoomHost[]
    /** The user's own room, once the app has used it. */
    readonly inbox: RoomHost | undefined
  }
}

/** How the client speaks of rooms: `plainRooms()` or `roomful()` make it. */
export interface RoomsOption<Kind extends 'plain' | 'roomful' = 'plain' | 'roomful'> {
  readonly kind: Kind
  /** Throws for an event that the protocol cannot carry. */
  readonly assertEventName: (event: unknown) => void
  /** @internal */
  readonly refusals?: RefusalOptions
  /** @internal */
  readonly createProtocol: (core: ClientCore) => RoomsProtocol
}
