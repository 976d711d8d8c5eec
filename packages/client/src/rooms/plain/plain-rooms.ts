import { RoomfulError } from '@roomful/contract'
import { assertPlainEventName } from '@roomful/contract/protocol'
import type { ClientCore, RoomsOption } from '../../client-core.ts'
import type { Guarantees } from '../../connection/connection-state.ts'
import { messageId } from '../../page-id.ts'
import { createGuardedStore } from '../../store.ts'
import { roomNamed } from '../room-named.ts'
import type { ClientOutbox, OutboxStatus, RoomHost, RoomsProtocol } from '../rooms-protocol.ts'
import { isPlainName, plainSettings, type PlainSettings, wrong } from './plain-options.ts'
import { PlainRoom } from './plain-room.ts'
import type { PlainRooms } from './plain-types.ts'

/**
 * Speaks of rooms with any Socket.IO server (Node, Flask, …). This is the default of `createClient`. `positionalRooms`,
 * `roomFieldRooms`, `roomIdRooms` and `eventNameRooms` are options for the usual servers.
 *
 * @throws RoomfulError `INVALID_ARGUMENT`, in development, for an option that is unknown or of the wrong type.
 * @example createClient({ url, rooms: plainRooms(positionalRooms) })
 * @example createClient({ url, rooms: plainRooms({ ...roomIdRooms, join: (roomId) => ['subscribe', { roomId }], acks: true }) })
 */
export function plainRooms(options: PlainRooms = {}): RoomsOption<'plain'> {
  const settings = plainSettings(options)
  return {
    kind: 'plain',
    assertEventName: assertPlainEventName,
    refusals: settings,
    createProtocol: (core) => createPlainProtocol(core, settings),
  }
}

const GUARANTEES: Guarantees = {
  rooms: 'plain',
  order: false,
  replay: false,
  exactlyOnce: false,
  durability: 'none',
  outbox: 'none',
}
/** The warning comes after this many events that reached no room although a room listens for them. */
const UNHEARD_EVENTS = 2

function createPlainProtocol(core: ClientCore, settings: PlainSettings): RoomsProtocol {
  const { reporting, sender } = core
  const rooms = new WeakMap<RoomHost, PlainRoom>()
  let messages = 0
  /** Events that a joined room listens for, and that went to no room; undefined once an event has reached a room. */
  let unheard: number | undefined = 0
  /** Only `idOf` shows ids to other clients, which must not be able to compute the next one. */
  const newId = (): string => (settings.idOf ? messageId() : `plain:${++messages}`)

  /** For development. */
  const warnUnheard = (event: string): void => {
    if (unheard === undefined) return
    const listens = ({ state: { status }, events }: RoomHost): boolean =>
      (status === 'joined' || status === 'joining') && events.listeners.of(event) !== undefined
    if (!core.rooms.all().some(listens) || ++unheard < UNHEARD_EVENTS) return
    unheard = undefined
    reporting.warnOnce(
      'roomOf',
      `no event has reached a room yet: joined rooms listen for "${event}", but its arguments do not name one of them. plainRooms({ roomOf }) reads the room from the arguments; client.on("${event}") gets the event without a room`,
    )
  }

  /** Hands the event to its room, if the app has named that room. */
  const toRoom = (event: string, args: readonly unknown[]): boolean => {
    let source: 'roomOf' | 'eventOf' | 'dataOf' | 'idOf' = 'roomOf'
    let id: unknown
    try {
      const name = settings.roomOf(event, ...args)
      if (!isPlainName(name)) {
        if (typeof name === 'object' && name !== null) throw wrong('roomOf', "a room's name or undefined", name)
        return false
      }
      const host = roomNamed(core.rooms, name)
      const room = host && rooms.get(host)
      if (!room) return false
      source = 'eventOf'
      const heardAs = settings.eventOf(event, ...args)
      if (typeof heardAs !== 'string') throw wrong('eventOf', "an event's name", heardAs)
      source = 'dataOf'
      const data = settings.dataOf(event, ...args)
      try {
        id = settings.idOf?.(event, ...args)
      } catch (error) {
        reporting.report(error, 'idOf') // the event is heard nevertheless
      }
      room.receive(heardAs, data, typeof id === 'string' ? id : undefined)
    } catch (error) {
      reporting.report(error, source)
    }
    return true
  }

  return {
    kind: 'plain',
    serverInfo: { user: undefined, guarantees: GUARANTEES },
    clientOutbox: createOutbox(core),
    createPart(host) {
      const room = new PlainRoom(host, core, settings, newId)
      rooms.set(host, room)
      return room
    },
    receiveEarly: () => false,
    receive(event, packet) {
      const args = typeof packet.at(-1) === 'function' ? packet.slice(0, -1) : packet
      const isHeard = toRoom(event, args)
      if (process.env.NODE_ENV === 'production') return false
      if (isHeard) unheard = undefined
      else warnUnheard(event)
      if (event === '$hello')
        reporting.warnOnce(
          event,
          'the server speaks roomful/1: createClient({ rooms: roomful() }) gives order, replay and an outbox',
        )
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
