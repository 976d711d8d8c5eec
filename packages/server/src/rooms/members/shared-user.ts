import {
  type Connection,
  isKeyOf,
  isLocal,
  lostKey,
  type PresentUser,
  RemoteSocket,
  type SharedUser,
} from './connections.ts'
import type { MemberState } from './member-state.ts'
import { isSame } from './published-members.ts'
import type { Stamps } from './stamps.ts'

/** The presences that a node says of a user whose presences are merged: of more, the oldest are left out. */
const MAX_MERGED = 8

/** Whether another connection has the place of this one. */
export function isTaken({ socket, lostAt }: Connection, { taken }: SharedUser, node: string): boolean {
  if (lostAt === undefined) return false
  const key = socket instanceof RemoteSocket ? socket.key : lostKey(node, lostAt)
  return key !== undefined && [...taken.values()].some((keys) => keys.has(key))
}

/** What this node says of the user; undefined where it has no connection of it. */
export function ownStateOf(
  { user, connections, shared }: PresentUser,
  node: string,
  isMerged: boolean,
): MemberState | undefined {
  const own = connections.filter(isLocal)
  if (shared === undefined || own.length === 0) return undefined
  const open = own.filter(({ lostAt }) => lostAt === undefined)
  const present = open.filter(({ presence }) => presence !== undefined)
  const seen = new Set(present.length > 0 ? present.slice(isMerged ? -MAX_MERGED : -1) : open.slice(-1))
  const stated = own.filter((one) => one.lostAt !== undefined || seen.has(one))
  return { user, userAt: shared.userAt, connections: stated, taken: [...(shared.taken.get(node) ?? [])] }
}

/**
 * The user after a node has said this of it; undefined where the user has no connection any more. All nodes show the newest
 * details of a user, and keep them, so that all show the same when the node that had them is gone.
 */
export function withState(
  before: PresentUser | undefined,
  node: string,
  state: MemberState | undefined,
  stamps: Stamps,
): PresentUser | undefined {
  const others = (before?.connections ?? []).filter(({ socket }) => nodeOf(socket) !== node)
  const shared = before?.shared ?? { userAt: 0, taken: new Map<string, ReadonlySet<string>>() }
  shared.taken.delete(node)
  forgetTaken(shared, stamps.node, node, state)
  if (state === undefined) return before && others.length > 0 ? { ...before, connections: others } : undefined
  if (state.taken.length > 0) shared.taken.set(node, new Set(state.taken))
  stamps.see(Math.max(state.userAt, ...state.connections.map(({ at, lostAt = 0 }) => Math.max(at, lostAt))))
  const stated = state.connections.map(({ at, lostAt, presence }): Connection => ({
    socket: new RemoteSocket(node, lostAt),
    presence,
    at,
    lostAt,
    inheritedFrom: undefined,
  }))
  const order = (one: Connection): string => nodeOf(one.socket) ?? stamps.node
  const connections = [...others, ...stated].toSorted((a, b) => a.at - b.at || compare(order(a), order(b)))
  const isNewer = before === undefined || isLater(state, { user: before.user, userAt: shared.userAt })
  if (isNewer) shared.userAt = state.userAt
  return { user: isNewer ? state.user : before.user, connections, shared }
}

/** The node that had the lost connections has removed them: their keys are not needed any more. */
function forgetTaken({ taken }: SharedUser, own: string, node: string, state: MemberState | undefined): void {
  const keys = taken.get(own)
  if (keys === undefined) return
  const lost = new Set(state?.connections.map(({ lostAt }) => lostAt && lostKey(node, lostAt)))
  const left = [...keys].filter((key) => !isKeyOf(key, node) || lost.has(key))
  if (left.length > 0) taken.set(own, new Set(left))
  else taken.delete(own)
}

type Details = Pick<MemberState, 'user' | 'userAt'>

/** Details with the same stamp have an order, too, so that all nodes show the same. */
function isLater(one: Details, other: Details): boolean {
  if (one.userAt !== other.userAt) return one.userAt > other.userAt
  return !isSame(one.user, other.user) && JSON.stringify(one.user) > JSON.stringify(other.user)
}

function nodeOf(socket: unknown): string | undefined {
  return socket instanceof RemoteSocket ? socket.node : undefined
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
