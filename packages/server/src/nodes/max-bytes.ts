import type { Limits } from '@roomful/contract/protocol'

/** Room for everything whose size no limit bounds: the details of a user, which the app gives. */
const OTHER_BYTES = 65_536
/** More presences than a node says of a user at a time: those of its open connections, and of some that were just lost. */
const PRESENCES = 32

/** The most bytes of a message to other nodes, and of what a node says of a user: whatever a member may send fits. */
export function maxNodeBytes({ eventBytes, presenceBytes }: Pick<Limits, 'eventBytes' | 'presenceBytes'>): number {
  return OTHER_BYTES + Math.max(eventBytes, PRESENCES * presenceBytes)
}
