import type { GoneMember } from '../../nodes/nodes.ts'
import type { RedisConnection } from '../redis-connection.ts'
import { PARTITIONS } from '../room-keys.ts'
import { HOLD_CLAIM } from './heartbeat-scripts.ts'
import type { NodeKeys } from './node-keys.ts'
import type { NodeLife, SharedMemberStore } from './shared-members.ts'

/** Rooms whose members are removed at once. */
const ROOMS_AT_ONCE = 25

interface RemovalParts {
  readonly connection: RedisConnection
  readonly keys: NodeKeys
  readonly store: SharedMemberStore
  /** The node that has the claim. */
  readonly claimer: string
  readonly claimMs: number
  readonly isStopped: () => boolean
  readonly onMemberGone: (member: GoneMember) => void
}

/**
 * Removes the members of an ended node, and then the claim. Stops where the claim is over. After a rejection the claim ends by
 * itself, and a node removes the rest.
 */
export async function removeEnded(ended: NodeLife, parts: RemovalParts): Promise<void> {
  const { connection, keys, store, claimer, claimMs, isStopped, onMemberGone } = parts
  let heldAt = performance.now()
  const hold = async (ms: number): Promise<boolean> => {
    heldAt = performance.now()
    return (await connection.run(HOLD_CLAIM, keys.nodes, [ended.node, ended.life, claimer, ms])) === 1
  }
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    let cursor = '0'
    do {
      const page = await store.roomsOf(ended.node, partition, cursor)
      for (let start = 0; start < page.fields.length; start += ROOMS_AT_ONCE) {
        if (isStopped()) return
        if (performance.now() - heldAt > claimMs / 4 && !(await hold(claimMs))) return
        const rooms = page.fields.slice(start, start + ROOMS_AT_ONCE)
        const gone = await Promise.all(rooms.map(([room]) => store.remove(ended, room)))
        for (const member of gone.flat()) onMemberGone(member)
      }
      cursor = page.cursor
    } while (cursor !== '0')
  }
  await hold(0)
}
