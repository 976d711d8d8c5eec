import type { Target } from '@roomful/contract'
import { continuedFrom } from '../log/lineage.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { refuse } from '../refuse.ts'
import type { Room } from '../rooms/room.ts'

/**
 * S29: the entry that an amendment of the event `amends` changes. `epoch` is the one that the sender follows, if it is a client.
 *
 * @throws RefusalError `SHAPE` for a target that cannot be amended; `EPOCH` where the log has another epoch.
 */
export async function findTarget(
  room: Room,
  target: Target,
  amends: string,
  epoch: string | undefined,
): Promise<LogEntry> {
  const { seq } = target
  const page = await room.page({ after: seq - 1, limit: 1, bytes: 0 })
  if (epoch !== undefined && page.epoch !== epoch)
    throw refuse('EPOCH', 'the log of this room has another epoch now: join again')
  const [entry] = page.entries
  if (entry?.seq !== seq || continuedFrom(target, page) !== seq)
    throw refuse('SHAPE', 'the log of this room does not have the target')
  if (entry.event !== amends) throw refuse('SHAPE', `the target must be of the event "${amends}"`)
  if (entry.redacted) throw refuse('SHAPE', 'the data of the target was deleted')
  return entry
}
