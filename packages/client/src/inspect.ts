import type { RoomfulError } from '@roomful/contract'
import type { ConnectionState } from './connection/connection-state.ts'
import type { RoomName } from './rooms/room.ts'
import type { RoomState } from './rooms/room-state.ts'

/** Everything that happens in a client, one event at a time, for logs and devtools. */
export type InspectEvent =
  | { readonly type: 'connection'; readonly from: ConnectionState<unknown>; readonly to: ConnectionState<unknown> }
  | { readonly type: 'room'; readonly room: RoomName; readonly from: RoomState; readonly to: RoomState }
  /** `ack`: the server's answer to the client; `answer`: the client's to the server. */
  | { readonly type: 'in' | 'out' | 'ack' | 'answer'; readonly event: string; readonly args: readonly unknown[] }
  /** An event that is not sent (`out`), or that no listener gets (`in`). */
  | {
      readonly type: 'drop'
      readonly direction: 'in' | 'out'
      readonly event: string
      readonly room?: RoomName
      readonly reason: string
      readonly error?: RoomfulError
    }
  /** A listener threw (`onError` gets the same error), or the outbox's storage failed. */
  | { readonly type: 'error'; readonly error: unknown; readonly source: string }

export type Inspect = (event: InspectEvent) => void

/** An event or message that was not sent, and never will be. */
export interface DroppedEmit {
  readonly event: string
  /** The room it was for; absent for `client.emit`. */
  readonly room?: RoomName
  /** `DISCONNECTED` after `disconnect()`, a kick or a refusal; `QUEUE_FULL`; or the code of the failed `room.emit`. */
  readonly error: RoomfulError
}

export type OnDrop = (dropped: DroppedEmit) => void
