import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { ClientCore } from '../client-core.ts'
import type { Emitter } from '../emitter.ts'
import { reports } from '../reporting.ts'
import type { RoomSection } from '../events/schemas.ts'
import type { RoomEvents } from './room-events.ts'
import type { RoomState } from './room-state.ts'
import type { RoomPart } from './rooms-protocol.ts'

/** The inner parts of a room, for timelines, presence and typing, which are functions of a room. */
export interface RoomInternals {
  readonly name: string
  readonly section: RoomSection
  readonly client: ClientCore
  readonly events: RoomEvents
  readonly part: RoomPart
  /** Gets each state before the listeners of `room.state`, and does not keep the room from being garbage collected. */
  readonly states: Emitter<[state: RoomState, previous: RoomState]>
  /** Another user is connected. */
  readonly userChanges: Emitter<[]>
  /** The client is closed. */
  readonly ends: Emitter<[]>
  /** The user's id as the server knows it; undefined where it does not say. */
  readonly userId: () => string | undefined
  /** The place in the room is lost: joins again. */
  lost(): void
  /** Something that keeps the room in use has begun or ended. */
  checkUse(): void
}

const internals = new WeakMap<object, RoomInternals>()

export function setInternals(room: object, inside: RoomInternals): void {
  internals.set(room, inside)
  reports.set(room, inside.client.reporting.report)
}

/** The inner parts of a client's room; throws `INVALID_ARGUMENT` for anything else. */
export function internalsOf(room: object): RoomInternals {
  const inside = internals.get(room)
  if (!inside) throw new RoomfulError('INVALID_ARGUMENT', `expected a room of a client, got ${describe(room)}`)
  return inside
}
