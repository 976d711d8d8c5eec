import type { MembersDelta, WireMember } from '@roomful/contract/protocol'

/** The members of a room by user id, at version `v` of the list. */
export interface MembersView {
  readonly v: number
  readonly members: ReadonlyMap<string, WireMember>
}

export function membersFrom(
  { v, list }: { readonly v: number; readonly list: readonly WireMember[] },
  before?: MembersView,
): MembersView {
  return { v, members: new Map(list.map((member) => [member.user.id, kept(member, before)])) }
}

/** The view after a change; the same view after an old one; undefined where an earlier change was missed. */
export function membersAfter(view: MembersView, { v, set = [], gone = [] }: MembersDelta): MembersView | undefined {
  if (v <= view.v) return view
  if (v > view.v + 1) return undefined
  const members = new Map(view.members)
  for (const id of gone) members.delete(id)
  for (const member of set) members.set(member.user.id, kept(member, view))
  return { v, members }
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
