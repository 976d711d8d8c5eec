import type { AnyContract, RoomfulError } from '@roomful/contract'
import { wire } from '@roomful/contract/protocol'
import { afterMs } from '../../events/refusal.ts'
import { encoding } from '../../events/snapshot.ts'
import { createGuardedStore } from '../../guarded-store.ts'
import type { Room } from '../../rooms/room.ts'
import type { Wire } from '../../rooms/room-protocol.ts'
import type { RoomSource } from '../../rooms/room-source.ts'
import { isOut } from '../../rooms/room-state.ts'
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

/** The shortest wait before what was not answered, or refused for now, is said again. */
const RETRY_MS = 1_000

/** Our own state in one room: said while joined, newest first, and carried by each join. SPEC.md, rules PR. */
export function createOwnPresence<C extends AnyContract>(
  room: Room<C>,
  source: RoomSource,
): Pick<RoomPresence<C>, 'set' | 'clear' | 'state'> {
  const store = createGuardedStore<PresenceState<C>>({ presence: undefined, error: undefined }, source.report)
  let own = NOTHING
  let isFollowing = false
  let line: Wire | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const host = (): Host => {
    line = source.wire('presence')
    return { user: source.selfId(), bytes: line?.limits.presenceBytes ?? 0 }
  }

  const show = (next: typeof own): void => {
    own = next
    const shown = store.getState()
    if (own.presence !== shown.presence || own.error?.message !== shown.error?.message)
      store.setState({ presence: own.presence as typeof shown.presence, error: own.error }, true)
  }

  const rest = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => go(rested(own)), ms)
  }

  const go = (step: Step): void => {
    own = step.own // before anybody hears of it: they may set another
    if (step.restMs) rest(step.restMs)
    if (step.say) say(step.say)
    show(own)
    if (step.rejoin) source.rejoin()
  }

  const say = (json: string): void => {
    const hear = (error?: RoomfulError): void =>
      go(answered(own, error, error && Math.max(RETRY_MS * (1 + Math.random()), afterMs(error))))
    line!.ask(wire.presence, { room: room.name, presence: JSON.parse(json) as unknown }).then(() => hear(), hear)
  }

  source.carry(() => {
    if (room.status === 'left') return undefined // in for messages that wait, without the app
    const [next, json] = carriedBy(own, host())
    show(next)
    return json && (JSON.parse(json) as unknown)
  })
  /** From the first state on: most rooms never have one. */
  const follow = (): void => {
    if (isFollowing) return
    isFollowing = true
    room.state.subscribe((state, { status: before }) => {
      const { status } = state
      if (status === 'joined') return go(joined(own, host()))
      // What is said while we leave is for the next time, as what is said before we join.
      show(isOut(state) && before !== 'leaving' ? forgotten(own) : { ...own, host: undefined })
      if (own.isResting && status !== 'joining') rest(INTERVAL_MS) // a longer one was asked for by what is no more
    })
    if (room.status === 'joined') go(joined(own, host()))
  }

  return {
    state: store,
    set(presence) {
      // What readers get is shown here, and is what the contract has to accept.
      const copy = encoding('presence', () => JSON.parse(JSON.stringify(presence)) as unknown)
      const read = source.schemas.checkPresence(copy) ?? undefined
      follow()
      go(wanting(own, JSON.stringify(copy), read))
    },
    clear: () => go(wanting(own, NONE)),
  }
}
