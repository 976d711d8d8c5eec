import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Schemas } from '../events/schemas.ts'
import type { TimelineSource } from '../timeline/timeline-source.ts'
import { discardIn, outgoingIn } from '../roomful/outbox/outgoing.ts'
import type { Room } from './room.ts'
import type { RoomInbox } from './room-inbox.ts'
import { insides } from './room-inside.ts'
import type { Wire } from './room-protocol.ts'

/** A room's inner side, for what is built on rooms: timelines, presence, typing. */
export interface RoomSource extends TimelineSource {
  readonly schemas: Pick<Schemas, 'readUser' | 'checkPresence'>
  /** Who we are, as the server said last; undefined where it tells nobody apart. */
  selfId(): string | undefined
  /** undefined while there is no connection, and where the server does not list that. */
  wire(capability: string): Wire | undefined
  /** Hears what the server says of this room under the protocol's other names, and who sends what. */
  readonly inbox: Pick<RoomInbox, 'hear' | 'senders'>
  /** Is asked for our own state at each join; undefined where we have none. */
  carry(presence: () => unknown): void
  /** Goes in again, where the server says that we are not in. */
  rejoin(): void
  /** Lets `inspect` know of something that will not be heard. */
  drop(event: string, reason: string): void
}

/** The inner side of a client's room; throws `INVALID_ARGUMENT` for anything else. */
export function sourceOf(room: object): RoomSource {
  const inside = insides.get(room)
  if (!inside) throw new RoomfulError('INVALID_ARGUMENT', `expected a room of a client, got ${describe(room)}`)
  const { name, context, voice, inbox } = inside
  const { outbox, schemas, report } = context
  const { state, on } = room as Room
  return {
    state,
    on: (event: string, handler: (data: never, meta: never) => void) => on(event, handler as () => void),
    history: (query) => inside.history(query),
    publish: (event, data) => voice.publish(event, [data]),
    outgoing: () => outgoingIn(outbox, name),
    watchOutgoing: (listener) => outbox.watch(name, listener),
    discard: (id) => discardIn(outbox, name, id),
    isSelf: (from) => isSameUser(from, outbox.selfId),
    read: (event, data) => (schemas.readRoomEvent(name, event, data) ?? { data }).data,
    report,
    schemas,
    selfId: () => outbox.selfId,
    wire: (capability) => context.protocol()?.wire?.(capability),
    inbox,
    carry: (presence) => (inside.presence = presence),
    rejoin: () => inside.rejoin(),
    drop: (event, reason) => inside.drop('in', event, reason),
  }
}

/** undefined where nobody can tell: the server tells nobody apart, or the contract's user has no id. */
function isSameUser(from: unknown, selfId: string | undefined): boolean | undefined {
  const id = (from as { readonly id?: unknown } | undefined)?.id
  return selfId === undefined || (from !== undefined && id === undefined) ? undefined : id === selfId
}
