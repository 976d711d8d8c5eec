import { RoomfulError } from '@roomful/contract'
import type { ClientCore, RoomsOption } from '../client-core.ts'
import type { Guarantees } from '../connection/connection-state.ts'
import { createGuardedStore } from '../store.ts'
import { isPlainName, type PlainRooms, plainSettings } from './plain-options.ts'
import { PlainRoom } from './plain-room.ts'
import type { ClientOutbox, OutboxStatus, RoomHost, RoomsProtocol } from './rooms-protocol.ts'

/**
 * Speaks of rooms with any Socket.IO server (Node, Flask, …). This is the default of `createClient`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option of the wrong type.
 * @example createClient({ url, rooms: plainRooms({ join: (room) => ['subscribe', room], emit: (room, event, data) => [event, room, data] }) })
 */
export function plainRooms(options: PlainRooms = {}): RoomsOption {
  const settings = plainSettings(options)
  return { kind: 'plain', createProtocol: (core) => createPlainProtocol(core, settings) }
}

const GUARANTEES: Guarantees = { rooms: 'plain', order: false, replay: false, exactlyOnce: false, outbox: 'none' }

function createPlainProtocol(core: ClientCore, settings: Required<PlainRooms>): RoomsProtocol {
  const { reporting, sender } = core
  const rooms = new WeakMap<RoomHost, PlainRoom>()

  return {
    kind: 'plain',
    serverInfo: { user: undefined, guarantees: GUARANTEES },
    clientOutbox: createOutbox(core),
    createPart(host) {
      const room = new PlainRoom(host, core, settings)
      rooms.set(host, room)
      return room
    },
    receiveEarly: () => false,
    receive(event, args) {
      if (process.env.NODE_ENV !== 'production' && event === '$hello')
        reporting.warnOnce(
          event,
          'the server speaks roomful/1: createClient({ rooms: roomful() }) gives order, replay and an outbox',
        )
      try {
        const name = settings.roomOf(event, args[0])
        const host = isPlainName(name) ? core.rooms.get(name) : undefined
        if (host) rooms.get(host)?.receive(event, args[0])
      } catch (error) {
        reporting.report(error, 'roomOf')
      }
      return false
    },
    userId: () => undefined,
    onConnecting: () => {},
    onConnected: (isRecovered) => {
      for (const host of core.rooms.all()) rooms.get(host)?.onConnected(isRecovered)
      return false
    },
    onStopped: (error) => sender.clear(error),
    close: () => {},
  }
}

/** With a plain server nothing is sent again: `client.outbox` counts the queue of emits. */
function createOutbox({ sender, reporting }: ClientCore): ClientOutbox {
  const statusOf = (queued: number): OutboxStatus => ({ queued, sending: 0, storage: 'none', waitingForUser: 0 })
  const { getState, getInitialState, subscribe, setState } = createGuardedStore(statusOf(0), reporting.report)
  sender.queued.subscribe((queued) => setState(statusOf(queued), true))
  const clear = async (): Promise<void> =>
    sender.clear(new RoomfulError('DISCARDED', 'client.outbox.clear() was called'))
  return { getState, getInitialState, subscribe, clear }
}
