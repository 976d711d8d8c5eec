import type { MembersDelta, WireMember } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import type { Schemas } from '../events/schemas.ts'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import { membersAfter, membersFrom, type MembersView } from './members.ts'
import type { Member } from './room.ts'
import type { Joined } from './room-protocol.ts'

type Snapshot = Joined['members']

const NOBODY: ReadonlyMap<string, Member> = new Map()

/** Who is in one room, as its server says. */
export class RoomMembers {
  readonly store: StoreApi<ReadonlyMap<string, Member>>
  readonly #schemas: Schemas
  readonly #report: Report
  #view: MembersView | undefined

  constructor(schemas: Schemas, report: Report) {
    this.#schemas = schemas
    this.#report = report
    this.store = createGuardedStore(NOBODY, report)
  }

  /** Everyone as of now; undefined where we do not know any more, or were not told. */
  show(snapshot: Snapshot): void {
    this.#show(snapshot && membersFrom(snapshot))
  }

  /** A change; where one before it was missed, the snapshot is asked for. */
  receive(delta: MembersDelta, ask: () => Promise<Snapshot>): void {
    const before = this.#view
    if (!before) return
    const view = membersAfter(before, delta)
    if (view) return this.#show(view)
    ask().then(
      (snapshot) => {
        if (snapshot && this.#view === before) this.show(snapshot)
      },
      (error: unknown) => this.#report(error, `members of ${delta.room}`),
    )
  }

  #show(view: MembersView | undefined): void {
    if (view === this.#view) return
    this.#view = view
    const shown = view ? [...view.members].flatMap(([id, member]) => this.#read(id, member)) : []
    this.store.setState(shown.length > 0 ? new Map(shown) : NOBODY, true)
  }

  #read(id: string, { user, presence }: WireMember): [string, Member][] {
    const read = this.#schemas.readUser(user)
    return read === undefined ? [] : [[id, { user: read, presence: this.#schemas.readPresence(presence) }]]
  }
}
