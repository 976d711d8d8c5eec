import type { HistoryMessages } from '../timeline/timeline-source.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomInbox } from './room-inbox.ts'
import type { HistoryQuery } from './room-protocol.ts'
import type { RoomVoice } from './room-voice.ts'

/** A room's parts, for what is built on rooms. */
export interface RoomInside {
  readonly name: string
  readonly context: RoomContext
  readonly voice: RoomVoice
  readonly inbox: RoomInbox
  /** Our own state, as it goes with each join; undefined where we have none. */
  presence: () => unknown
  history(query: HistoryQuery): Promise<HistoryMessages>
  rejoin(): void
  drop(direction: 'in' | 'out', event: string, reason: string): void
}

/** By the room that the app sees. */
export const insides: WeakMap<object, RoomInside> = new WeakMap()
