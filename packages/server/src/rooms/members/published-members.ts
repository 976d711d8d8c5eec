import type { MembersDelta, WireMember } from '@roomful/contract/protocol'

/** A `$members` without the room's name. */
export type MembersChange = Omit<MembersDelta, 'room'>

/** S16: the shortest time between two changes that are about presence alone, in milliseconds. */
export const PRESENCE_INTERVAL_MS = 50
/** S27: the shortest time between two counts of a partial room, in milliseconds; in a larger room one for each member. */
const COUNT_INTERVAL_MS = 1_000
/** S27: a partial room is whole again with less than this part of the limit, */
const WHOLE_PART = 0.8
/** and this long after it became partial, or was whole the last time, in milliseconds. */
const WHOLE_INTERVAL_MS = 10_000

/**
 * The members of a room as they were sent last: all of them in a whole room, and only their number in a partial one, which
 * has more members than `limit`. `v` rises by one with each change for all.
 */
export class PublishedMembers {
  readonly #limit: number
  #v: number
  /** undefined in a partial room. */
  #list: Map<string, WireMember> | undefined = new Map()
  #count = 0
  #publishedAt = -Infinity
  #modeChangedAt = -Infinity
  /** The members of other nodes are not known, only their number: the room stays partial. */
  isCounted = false

  constructor(firstVersion: number, limit: number) {
    this.#v = firstVersion
    this.#limit = limit
  }

  get v(): number {
    return this.#v
  }

  get isPartial(): boolean {
    return this.#list === undefined
  }

  /** Whether the room is partial, or will be with so many members. */
  isPartialWith(count: number): boolean {
    return this.isPartial || count > this.#limit
  }

  /** In a partial room the number that was sent last: a client that knows `v` knows it. */
  get count(): number {
    return this.#list?.size ?? this.#count
  }

  get list(): readonly WireMember[] {
    return [...(this.#list?.values() ?? [])]
  }

  /** -Infinity: now; Infinity: there is no change. */
  nextChangeAt(count: number, isUrgent: boolean, isChanged: boolean): number {
    if (this.#list !== undefined) {
      if (isUrgent) return -Infinity
      return isChanged ? this.#publishedAt + PRESENCE_INTERVAL_MS : Infinity
    }
    const countAt = count === this.#count ? Infinity : this.#publishedAt + Math.max(COUNT_INTERVAL_MS, this.#count)
    return this.#mayBeWhole(count) ? Math.min(countAt, this.#modeChangedAt + WHOLE_INTERVAL_MS) : countAt
  }

  /** The change for all members; undefined where they know it already. `memberOf` gives undefined for a user who is gone. */
  take(
    now: number,
    count: number,
    changed: Iterable<string>,
    memberOf: (id: string) => WireMember | undefined,
    ids: Iterable<string>,
  ): MembersChange | undefined {
    const change = this.#changeOf(now, count, changed, memberOf, ids)
    if (change === undefined) return undefined
    this.#publishedAt = now
    this.#count = count
    return { v: ++this.#v, count, ...change }
  }

  #changeOf(...[now, count, changed, memberOf, ids]: Parameters<PublishedMembers['take']>): object | undefined {
    if (count > this.#limit && this.#list !== undefined) {
      this.#list = undefined
      this.#modeChangedAt = now
      return { partial: true }
    }
    if (this.#list !== undefined) return this.#differences(this.#list, changed, memberOf)
    if (!this.#mayBeWhole(count) || now < this.#modeChangedAt + WHOLE_INTERVAL_MS)
      return count === this.#count ? undefined : {}
    const members = [...ids].flatMap((id) => memberOf(id) ?? [])
    this.#list = new Map(members.map((member) => [member.user.id, member]))
    this.#modeChangedAt = now
    return { list: members }
  }

  #differences(
    list: Map<string, WireMember>,
    changed: Iterable<string>,
    memberOf: (id: string) => WireMember | undefined,
  ): object | undefined {
    const set: WireMember[] = []
    const gone: string[] = []
    for (const id of changed) {
      const member = memberOf(id)
      if (isSame(member, list.get(id))) continue
      if (member === undefined) gone.push(id)
      else set.push(member)
    }
    if (set.length + gone.length === 0) return undefined
    for (const member of set) list.set(member.user.id, member)
    for (const id of gone) list.delete(id)
    return { ...(set.length > 0 ? { set } : {}), ...(gone.length > 0 ? { gone } : {}) }
  }

  #mayBeWhole(count: number): boolean {
    return !this.isCounted && fitsWhole(count, this.#limit)
  }
}

/** S27: whether a partial room may be whole again. */
export function fitsWhole(count: number, limit: number): boolean {
  return count < limit * WHOLE_PART
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
