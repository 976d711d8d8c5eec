import type { MembersDelta, WireMember } from '@roomful/contract/protocol'
import type { StoreApi } from 'zustand/vanilla'
import type { Schemas } from '../events/schemas.ts'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import { hasSameEntries, membersAfter, membersFrom, type MembersView } from './members.ts'
import type { Member } from '../rooms/room.ts'
import type { Joined } from '../rooms/room-protocol.ts'

type Snapshot = Joined['members']

/** Who is in one room, as its server says. */
export class RoomMembers {
  readonly store: StoreApi<ReadonlyMap<string, Member>>
  readonly #schemas: Schemas
  #view: MembersView | undefined
  /** What was read of each, so that members who stay keep their objects. */
  readonly #known = new WeakMap<WireMember, Member | undefined>()

  constructor(schemas: Schemas, report: Report) {
    this.#schemas = schemas
    this.store = createGuardedStore<ReadonlyMap<string, Member>>(new Map(), report)
  }

  /** Everyone as of now; undefined where we do not know any more, or were not told. */
  show(snapshot: Snapshot): void {
    this.#show(snapshot && membersFrom(snapshot, this.#view))
  }

  /** A change; false where one before it was missed, so that only another snapshot can tell. */
  receive(delta: MembersDelta): boolean {
    if (!this.#view) return true
    const view = membersAfter(this.#view, delta)
    if (view) this.#show(view)
    return view !== undefined
  }

  #show(view: MembersView | undefined): void {
    if (view === this.#view) return
    this.#view = view
    const shown = new Map(view && [...view.members].flatMap(([id, member]) => this.#read(id, member)))
    if (!hasSameEntries(shown, this.store.getState())) this.store.setState(shown, true)
  }

  #read(id: string, wire: WireMember): [string, Member][] {
    if (!this.#known.has(wire)) this.#known.set(wire, this.#parse(wire))
    const member = this.#known.get(wire)
    return member ? [[id, member]] : []
  }

  #parse({ user, presence }: WireMember): Member | undefined {
    const read = this.#schemas.readUser(user)
    return read === undefined ? undefined : { user: read, presence: this.#schemas.readPresence(presence) }
  }
}
