import type { Client } from '@roomful/client'
import type { ClientInternals, InspectedRoom } from '@roomful/client/tools'
import type { ClientSnapshot, RoomSnapshot } from './inspector-types.ts'

const MAX_ROOMS = 200
const MAX_LISTED = 100

/** What the client is doing now, in bounded lists. */
export function snapshotOf(
  client: Client,
  { settings, rooms }: ClientInternals,
  roundTrip: ClientSnapshot['roundTrip'],
): ClientSnapshot {
  const used = rooms.all().filter(isInUse)
  return {
    url: addressOf(settings.url),
    rooms: settings.rooms.kind,
    connection: client.connection.getState(),
    roundTrip,
    outbox: client.outbox.getState(),
    roomList: used.slice(0, MAX_ROOMS).map(roomSnapshot),
    roomCount: used.length,
  }
}

/** The address of the server, without a user and a query: both may hold credentials. */
export function addressOf(url: string): string {
  const base = typeof location === 'object' && location.origin !== 'null' ? location.origin : 'http://localhost'
  try {
    const { protocol, host, pathname } = new URL(url, base)
    const secure = protocol === 'https:' || protocol === 'wss:'
    return `http${secure ? 's' : ''}://${host}${pathname}`
  } catch {
    return base
  }
}

function isInUse({ state, use, part }: InspectedRoom): boolean {
  return state.status !== 'left' || use.holders > 0 || use.isNeeded || part.outgoing.list().length > 0
}

function roomSnapshot({ name, state, use, part }: InspectedRoom): RoomSnapshot {
  const known = part.members.getState()
  const members: RoomSnapshot['members'][number][] = []
  for (const member of known.values()) if (members.push(member) === MAX_LISTED) break
  return {
    name,
    state,
    use,
    memberCount: part.occupancy.getState().count,
    members,
    outgoing: part.outgoing.list().slice(0, MAX_LISTED),
  }
}
