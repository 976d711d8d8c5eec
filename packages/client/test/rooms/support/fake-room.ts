import type { JoinAnswer, RoomPart, RoomsProtocol } from '../../../src/rooms/rooms-protocol.ts'
import { UNKNOWN_OCCUPANCY } from '../../../src/rooms/room.ts'
import { RoomCore } from '../../../src/rooms/room-core.ts'
import { createConstantStore } from '../../../src/store.ts'
import { createFakeCore } from '../../support/fake-core.ts'

interface FakeRoom {
  /** The server's answer to each join. @default accepted */
  readonly join?: (params: unknown) => Promise<JoinAnswer>
}

const accept = async (): Promise<JoinAnswer> => ({ acknowledged: true })

/** A room of a connected client, with a protocol that does what the test says. `requests` are those of the room so far. */
export function createFakeRoom({ join = accept }: FakeRoom = {}) {
  const requests: ('join' | 'leave')[] = []
  const params: unknown[] = []
  /** What the protocol was told, in order. */
  const calls: string[] = []
  const ignore = (): void => {}
  const part: RoomPart = {
    nameError: undefined,
    members: createConstantStore(new Map()),
    occupancy: createConstantStore(UNKNOWN_OCCUPANCY),
    join(given) {
      requests.push('join')
      params.push(given)
      return join(given)
    },
    leave: async () => void requests.push('leave'),
    onState: ({ status }) => calls.push(status),
    onAnswer: () => calls.push('members'),
    onJoined: () => calls.push('messages'),
    onRefused: ignore,
    emit: () => ({ id: 'id', receipt: Promise.resolve({ confirmed: false, id: 'id' }) }),
    volatile: () => true,
    history: () => Promise.reject(new Error('there is no history')),
    isInUse: () => false,
    outgoing: { list: () => [], watch: () => ignore, discard: ignore },
  }
  const core = createFakeCore()
  const protocol = { createPart: () => part, userId: () => undefined } as unknown as RoomsProtocol
  return { room: new RoomCore('general', core, protocol, ignore), requests, params, calls, inspected: core.inspected }
}
