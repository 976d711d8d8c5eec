import { Schemas } from '../../../src/events/schemas.ts'
import { RoomEvents } from '../../../src/rooms/room-events.ts'
import type { RoomHost } from '../../../src/rooms/rooms-protocol.ts'

/** The side of a room that its protocol uses, without a membership: the test sets the state. */
export function createFakeHost(): RoomHost & { state: RoomHost['state'] } {
  const ignore = (): void => {}
  const rethrow = (error: unknown): never => {
    throw error
  }
  return {
    name: 'general',
    section: 'room',
    state: { status: 'left' },
    events: new RoomEvents('general', 'room', new Schemas(undefined, () => {}, ignore), rethrow),
    isBusy: () => false,
    lost: ignore,
    putOut: ignore,
    setNeeded: ignore,
    drop: ignore,
  }
}
