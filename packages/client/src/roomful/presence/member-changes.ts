/** `previous` where there was another one of them before. */
export interface MemberChange<M> {
  readonly type: 'enter' | 'leave' | 'update'
  readonly id: string
  readonly member: M
  readonly previous?: M
}

type MembersById<M> = ReadonlyMap<string, M>

/**
 * Who left, then who entered or changed. Nobody where nobody was known, before or now: we joined or left, which says nothing
 * about the others.
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
