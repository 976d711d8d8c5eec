import type { MembersDelta, WireMember } from '@roomful/contract'

/** Who is in a room, by user id, as of version `v`. */
export interface MembersView {
  readonly v: number
  readonly members: ReadonlyMap<string, WireMember>
}

export function membersFrom(snapshot: { readonly v: number; readonly list: readonly WireMember[] }): MembersView {
  return { v: snapshot.v, members: new Map(snapshot.list.map((member) => [member.user.id, member])) }
}

/** The view after a change; the same view for one that is old; undefined where one before it was missed. */
export function membersAfter(view: MembersView, { v, set = [], gone = [] }: MembersDelta): MembersView | undefined {
  if (v <= view.v) return view
  if (v > view.v + 1) return undefined
  const members = new Map(view.members)
  for (const id of gone) members.delete(id)
  for (const member of set) members.set(member.user.id, member)
  return { v, members }
}
