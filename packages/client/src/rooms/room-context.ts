import type { RoomfulError } from '@roomful/contract'
import type { Schemas } from '../events/schemas.ts'
import type { Report } from '../guarded-store.ts'
import type { Inspect } from '../inspect.ts'
import type { Outbox } from '../roomful/outbox/outbox.ts'
import type { RoomProtocol } from './room-protocol.ts'

/** What a room needs of its client. */
export interface RoomContext {
  /** How rooms are spoken of with the server that we are connected to. */
  readonly protocol: () => RoomProtocol | undefined
  readonly isReady: () => boolean
  /** Why nobody seeks a connection, if so. */
  readonly stoppedBy: () => RoomfulError | undefined
  readonly autoConnect: () => void
  readonly outbox: Outbox
  readonly schemas: Schemas
  readonly inspect: Inspect
  readonly report: Report
}
