import type { MembersDelta, WireMember } from '@roomful/contract/protocol'

/** More members of one room are neither read nor shown. */
export const MAX_MEMBERS = 10_000

/** The members of a room by user id, at version `v` of the list. */
export interface MembersView {
  readonly v: number
  readonly members: ReadonlyMap<string, WireMember>
  /** Some were left out, since there are more than `MAX_MEMBERS`. */
  readonly isCut?: boolean
}

export function membersFrom(
  { v, list }: { readonly v: number; readonly list: readonly WireMember[] },
  before?: MembersView,
): MembersView {
  const members = new Map(list.slice(0, MAX_MEMBERS).map((member) => [member.user.id, kept(member, before)]))
  return { v, members, isCut: list.length > MAX_MEMBERS }
}

/** The view after a change; the same view after an old one; undefined where an earlier change was missed. */
export function membersAfter(view: MembersView, { v, set = [], gone = [] }: MembersDelta): MembersView | undefined {
  if (v <= view.v) return view
  if (v > view.v + 1) return undefined
  const members = new Map(view.members)
  for (const id of gone.slice(0, MAX_MEMBERS)) members.delete(id)
  for (const member of set.slice(0, MAX_MEMBERS))
    if (members.size < MAX_MEMBERS || members.has(member.user.id)) members.set(member.user.id, kept(member, view))
    else return { v, members, isCut: true }
  return { v, members, isCut: set.length > MAX_MEMBERS }
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
