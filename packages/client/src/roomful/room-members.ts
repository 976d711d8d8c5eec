import { RoomfulError } from '@roomful/contract'
import type { JoinAnswer, MembersDelta, WireMember } from '@roomful/contract/protocol'
import type { Schemas } from '../events/schemas.ts'
import { hasSameEntries, MAX_MEMBERS, membersAfter, membersFrom, type MembersView } from './members.ts'
import { type Member, type Occupancy, UNKNOWN_OCCUPANCY } from '../rooms/room.ts'
import { createGuardedStore, type GuardedStore, type Report } from '../store.ts'

type Snapshot = JoinAnswer['members']

/** Changes of so many members that came before the answer to the join are kept: packets may come in bunches. */
const MAX_EARLY_CHANGES = 1_000

/** The members of one room, as the server lists them. */
export class RoomMembers {
  readonly store: GuardedStore<ReadonlyMap<string, Member>>
  readonly occupancy: GuardedStore<Occupancy>
  readonly #schemas: Schemas
  readonly #userId: () => string | undefined
  readonly #report: Report
  #hasReported = false
  readonly #early: MembersDelta[] = []
  #earlySize = 0
  #view: MembersView | undefined
  /** The parsed members: a member that stays keeps its object. */
  readonly #known = new WeakMap<WireMember, Member | undefined>()

  constructor(schemas: Schemas, userId: () => string | undefined, report: Report) {
    this.#schemas = schemas
    this.#userId = userId
    this.#report = report
    this.store = createGuardedStore<ReadonlyMap<string, Member>>(new Map(), report)
    this.occupancy = createGuardedStore(UNKNOWN_OCCUPANCY, report)
  }

  /** Shows the whole list; undefined: it is not known any more. */
  show(snapshot: Snapshot): void {
    this.#show(snapshot && membersFrom(snapshot, this.#view, this.#userId()))
  }

  /** A change before the answer to the join. Where too many come, the answer most likely includes them. */
  keep(delta: MembersDelta): void {
    const { set = [], gone = [], list = [] } = delta
    this.#early.push(delta)
    this.#earlySize += 1 + set.length + gone.length + list.length
    if (this.#earlySize > MAX_EARLY_CHANGES) this.takeKept()
  }

  takeKept(): readonly MembersDelta[] {
    this.#earlySize = 0
    return this.#early.splice(0)
  }

  /** Applies a change; false where an earlier change was missed, so that the whole list is needed. */
  receive(delta: MembersDelta): boolean {
    if (!this.#view) return true
    const view = membersAfter(this.#view, delta, this.#userId())
    if (view) this.#show(view)
    return view !== undefined
  }

  #show(view: MembersView | undefined): void {
    if (view === this.#view) return
    this.#view = view
    if (view?.isCut && !this.#hasReported) {
      this.#hasReported = true
      this.#report(
        new RoomfulError('TOO_LARGE', `a room has more than ${MAX_MEMBERS} members: the others are left out`),
        'members',
      )
    }
    const { count, isPartial = false } = view ?? {}
    const known = this.occupancy.getState()
    // Before the members, so that their listeners see why the list is short.
    if (count !== known.count || isPartial !== known.isPartial) this.occupancy.setState({ count, isPartial }, true)
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
