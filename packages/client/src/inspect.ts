import type { RoomfulError } from '@roomful/contract'
import type { ConnectionState } from './connection/connection-state.ts'
import type { RoomState } from './rooms/room-state.ts'

/** Everything that happens in a client, one at a time, for logs and devtools. */
export type InspectEvent =
  | { readonly type: 'connection'; readonly from: ConnectionState<unknown>; readonly to: ConnectionState<unknown> }
  | { readonly type: 'room'; readonly room: string; readonly from: RoomState; readonly to: RoomState }
  | { readonly type: 'in' | 'out' | 'ack'; readonly event: string; readonly args: readonly unknown[] }
  /** Something that will not be sent, or not be heard. */
  | {
      readonly type: 'drop'
      readonly direction: 'in' | 'out'
      readonly event: string
      readonly reason: string
      readonly error?: RoomfulError
    }
  /** A listener threw, which `onError` hears too; or the outbox's storage failed. It harms nobody. */
  | { readonly type: 'error'; readonly error: unknown; readonly source: string }

export type Inspect = (event: InspectEvent) => void
