import { validate, type WireUser } from '@roomful/contract/protocol'
import type { CallbackRunner } from '../../callback-runner.ts'
import type { Settings } from '../../settings.ts'
import type { RoomParts } from '../room.ts'

/** The app's `onJoin` and `onLeave`, which a room calls without waiting for them. */
export function createMemberHooks(
  { onJoin, onLeave, definition, report }: Settings,
  callbacks: CallbackRunner,
): Pick<RoomParts, 'onJoin' | 'onLeave'> {
  const callerOf = (hook: Settings['onJoin'], during: 'join' | 'leave') =>
    hook &&
    ((room: string, user: WireUser): void => {
      const call = () => hook({ room, user: definition.user ? validate(definition.user, user, 'user') : user })
      callbacks.run(call).catch((error: unknown) => report(error, { during, room }))
    })
  return { onJoin: callerOf(onJoin, 'join'), onLeave: callerOf(onLeave, 'leave') }
}
