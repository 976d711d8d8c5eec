export interface MemberChange<M> {
  readonly type: 'enter' | 'leave' | 'update'
  readonly id: string
  readonly member: M
  /** The member before an `update`. */
  readonly previous?: M
}

type MembersById<M> = ReadonlyMap<string, M>

/**
 * The changes from one list of members to another: first the members who left, then those who entered or changed. None where
 * either list is empty: this client joined or left, and that is no change of other members.
 */
export function memberChanges<M>(before: MembersById<M>, now: MembersById<M>): MemberChange<M>[] {
  if (before.size === 0 || now.size === 0) return []
  const changes: MemberChange<M>[] = []
  for (const [id, member] of before) if (!now.has(id)) changes.push({ type: 'leave', id, member })
  for (const [id, member] of now) {
    const previous = before.get(id)
    if (previous === undefined) changes.push({ type: 'enter', id, member })
    else if (previous !== member) changes.push({ type: 'update', id, member, previous })
  }
  return changes
}
