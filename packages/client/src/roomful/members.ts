import type { MembersDelta, MembersSnapshot, WireMember } from '@roomful/contract/protocol'

/** More members of one room are neither read nor shown. */
export const MAX_MEMBERS = 10_000

/** The members of a room by user id, at version `v` of the list. */
export interface MembersView {
  readonly v: number
  readonly members: ReadonlyMap<string, WireMember>
  /** How many members the server counts. */
  readonly count: number
  /** Only the user's own member is listed. */
  readonly isPartial: boolean
  /** Some were left out, since there are more than `MAX_MEMBERS`. */
  readonly isCut: boolean
}

/** A server that does not count its members lists all of them. */
type Snapshot = Omit<MembersSnapshot, 'count'> & { readonly count?: number }
type Delta = Omit<MembersDelta, 'count'> & { readonly count?: number }

/** `selfId`: the user of this client; undefined where the server does not say. */
export function membersFrom({ v, count, list, partial }: Snapshot, before?: MembersView, selfId?: string): MembersView {
  const isPartial = partial === true
  const listed = isPartial ? list.filter(({ user }) => user.id === selfId) : list.slice(0, MAX_MEMBERS)
  const members = new Map(listed.map((member) => [member.user.id, kept(member, before)]))
  return viewOf(v, members, isPartial, list.length > MAX_MEMBERS, count)
}

/** The view after a change; the same view after an old one; undefined where an earlier change was missed. */
export function membersAfter(view: MembersView, delta: Delta, selfId?: string): MembersView | undefined {
  const { v, count, set = [], gone = [], list, partial } = delta
  if (v > view.v + 1) return undefined
  // With the version of before, the user's own member has changed in a partial room.
  if (v < view.v || (v === view.v && !view.isPartial)) return view
  if (list || partial) return membersFrom({ list: [...view.members.values()], ...delta }, view, selfId)
  const members = new Map(view.members)
  for (const id of gone.slice(0, MAX_MEMBERS)) members.delete(id)
  let isCut = set.length > MAX_MEMBERS
  for (const member of set.slice(0, MAX_MEMBERS)) {
    const { id } = member.user
    if (view.isPartial && id !== selfId) continue
    if (members.size < MAX_MEMBERS || members.has(id)) members.set(id, kept(member, view))
    else isCut = true
  }
  return viewOf(v, members, view.isPartial, isCut, count)
}

function viewOf(
  v: number,
  members: MembersView['members'],
  isPartial: boolean,
  isCut: boolean,
  count = members.size,
): MembersView {
  return { v, members, count, isPartial, isCut }
}

/** Whether two maps have the same entries, in any order. */
export function hasSameEntries<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): boolean {
  return one.size === other.size && [...one].every(([id, entry]) => other.get(id) === entry)
}

/** The known object where it says the same, so that a comparison of objects sees no change. */
function kept(member: WireMember, before: MembersView | undefined): WireMember {
  const known = before?.members.get(member.user.id)
  return known && JSON.stringify(known) === JSON.stringify(member) ? known : member
}
