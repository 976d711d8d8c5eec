import type { WireMember } from '@roomful/contract/protocol'
import type { Nodes } from '../../nodes/nodes.ts'
import type { Room } from '../room.ts'
import { type MemberState, readState } from './member-state.ts'
import { Members, type Merge } from './members.ts'
import { Stamps } from './stamps.ts'

interface StatedMember {
  readonly node: string
  readonly userId: string
  readonly state: MemberState
}

/**
 * The members of a room on all nodes, in the order in which they came. What this node has itself is not read, since its last
 * changes may be on their way. `room` is undefined where this node does not use the room. Rejects where the nodes cannot be read.
 */
export async function readMembers(
  name: string,
  room: Room | undefined,
  nodes: Nodes,
  merge: Merge | undefined,
): Promise<readonly WireMember[]> {
  const { states = [] } = await nodes.readMembers(name, Number.MAX_SAFE_INTEGER)
  const others = states.flatMap(({ node, userId, state: text }): StatedMember[] => {
    const state = node === nodes.id ? undefined : readState(text, userId)
    return state ? [{ node, userId, state }] : []
  })
  const own = (room?.shared?.ownStates() ?? []).map((state) => ({ node: nodes.id, userId: state.user.id, state }))
  const members = new Members(0, Infinity, merge, new Stamps(''))
  for (const { node, userId, state } of [...others, ...own].sort((one, other) => one.state.userAt - other.state.userAt))
    members.setState(userId, node, state)
  return members.all()
}
