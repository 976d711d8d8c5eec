import type { AnyContract, RoomfulError } from '@roomful/contract'
import { wire } from '@roomful/contract/protocol'
import { requestedWaitMs } from '../../errors.ts'
import { encoding } from '../../events/snapshot.ts'
import type { Room } from '../../rooms/room.ts'
import type { RoomInternals } from '../../rooms/room-internals.ts'
import { isOut } from '../../rooms/room-state.ts'
import { retryDelay } from '../../retry-delay.ts'
import { createGuardedStore } from '../../store.ts'
import { roomfulRooms } from '../roomful-rooms.ts'
import {
  answered,
  carriedBy,
  forgotten,
  type Host,
  INTERVAL_MS,
  joined,
  NONE,
  NOTHING,
  rested,
  type Step,
  wanting,
} from './own-presence-state.ts'
import type { PresenceState, RoomPresence } from './presence-types.ts'

/** The first wait before a state that was not answered, or was refused temporarily, is sent again. */
const RETRY_MS = 1_000

/** The user's own presence in one room: sent while joined, the newest first, and carried by each join. SPEC.md, rules PR. */
export function createOwnPresence<C extends AnyContract>(
  room: Room<C>,
  internals: RoomInternals,
): Pick<RoomPresence<C>, 'set' | 'clear' | 'state'> {
  const { schemas, reporting } = internals.client
  const roomful = roomfulRooms.get(internals)
  const store = createGuardedStore<PresenceState<C>>({ presence: undefined, error: undefined }, reporting.report)
  let own = NOTHING
  let isFollowing = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const host = (): Host => ({
    user: internals.userId(),
    bytes: roomful?.limitsOf('presence')?.presenceBytes ?? 0,
  })

  const show = (next: typeof own): void => {
    own = next
    const shown = store.getState()
    if (own.presence !== shown.presence || own.error?.message !== shown.error?.message)
      store.setState({ presence: own.presence as typeof shown.presence, error: own.error }, true)
  }

  const wait = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => go(rested(own)), ms)
  }

  const go = (step: Step): void => {
    own = step.own // before a listener is called, which may set another presence
    if (step.restMs) wait(step.restMs)
    if (step.say) send(step.say)
    show(own)
    if (step.rejoin) internals.lost()
  }

  const send = (json: string): void => {
    const end = (error?: RoomfulError): void =>
      go(
        answered(
          own,
          error,
          error && retryDelay({ firstMs: RETRY_MS, atLeastMs: requestedWaitMs(error), jitter: 'half' }),
        ),
      )
    const request = { room: room.name, presence: JSON.parse(json) as unknown }
    roomful?.request(wire.presence, request).then(() => end(), end)
  }

  if (roomful)
    roomful.presence = () => {
      if (room.status === 'left') return undefined // the room is joined only for queued messages
      const [next, json] = carriedBy(own, host())
      show(next)
      return json && (JSON.parse(json) as unknown)
    }
  /** Called with the first presence that is set: most rooms never have one. */
  const follow = (): void => {
    if (isFollowing) return
    isFollowing = true
    internals.states.add((state, { status: before }) => {
      if (state.status === 'joined') return go(joined(own, host()))
      // A presence that is set while leaving is for the next join, as one that is set before the first.
      show(isOut(state) && before !== 'leaving' ? forgotten(own) : { ...own, host: undefined })
      if (own.isResting && state.status !== 'joining') wait(INTERVAL_MS) // a longer wait belonged to a request that is over
    })
    if (room.status === 'joined') go(joined(own, host()))
  }

  return {
    state: store,
    set(presence) {
      // The copy is what readers will get, and what the contract has to accept.
      const copy = encoding('presence', () => JSON.parse(JSON.stringify(presence)) as unknown)
      const read = schemas.checkPresence(copy) ?? undefined
      follow()
      go(wanting(own, JSON.stringify(copy), read))
    },
    clear: () => go(wanting(own, NONE)),
  }
}
