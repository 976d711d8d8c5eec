import type { AnyContract, RoomfulError } from '@roomful/contract'
import { wire } from '@roomful/contract/protocol'
import { requestedWaitMs } from '../../errors.ts'
import { jsonCopy } from '../../events/encoding.ts'
import type { Room } from '../../rooms/room.ts'
import type { RoomInternals } from '../../rooms/room-internals.ts'
import { isOut } from '../../rooms/room-state.ts'
import { retryDelay } from '../../retry-delay.ts'
import { createGuardedStore } from '../../store.ts'
import { limitsOf, roomfulRooms } from '../roomful-rooms.ts'
import { granted } from '../wire-messages.ts'
import {
  INTERVAL_MS,
  NO_PRESENCE,
  NONE,
  type OwnPresence,
  presenceForJoin,
  type PresenceServer,
  presenceSet,
  type PresenceStep,
  removed,
  requestAnswered,
  roomJoined,
  waitOver,
} from './own-presence-state.ts'
import type { PresenceState, RoomPresence } from './presence-types.ts'

/** The shortest wait before a presence that was not answered, or was refused temporarily, is sent again. */
const RETRY_MS = 1_000

/** The user's own presence in one room: sent while joined, the newest first, and carried by each join. SPEC.md, rules PR. */
export function createOwnPresence<C extends AnyContract>(
  room: Room<C>,
  internals: RoomInternals,
): Pick<RoomPresence<C>, 'set' | 'clear' | 'state'> {
  const { schemas, reporting, settings } = internals.client
  const roomful = roomfulRooms.get(internals)
  const store = createGuardedStore<PresenceState<C>>({ presence: undefined, error: undefined }, reporting.report)
  let own = NO_PRESENCE
  let isFollowing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let sentAt = -Infinity

  const currentServer = (): PresenceServer => ({
    userId: internals.userId(),
    maxBytes: (roomful && limitsOf(roomful.link, 'presence')?.presenceBytes) ?? 0,
  })

  const update = (next: OwnPresence): void => {
    own = next
    const hasPresence = own.wanted !== NONE
    if (roomful?.hasPresence === !hasPresence) {
      roomful.hasPresence = hasPresence
      internals.checkUse()
    }
    const shown = store.getState()
    if (own.presence !== shown.presence || own.error?.message !== shown.error?.message)
      store.setState({ presence: own.presence as typeof shown.presence, error: own.error }, true)
  }

  const stopWaiting = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const wait = (ms: number): void => {
    stopWaiting()
    timer = setTimeout(() => {
      timer = undefined
      perform(waitOver(own))
    }, ms)
  }

  const perform = (step: PresenceStep): void => {
    own = step.own // before a listener is called, which may set another presence
    if (step.waitMs) wait(step.waitMs)
    if (step.send) send(step.send)
    update(own)
    if (step.rejoin) internals.lost()
  }

  const send = (json: string): void => {
    const end = (error?: RoomfulError): void => {
      const retryMs = error && retryDelay({ firstMs: RETRY_MS, atLeastMs: requestedWaitMs(error), jitter: 'half' })
      perform(requestAnswered(own, error, retryMs))
    }
    const request = { room: room.name, presence: JSON.parse(json) as unknown }
    sentAt = performance.now()
    roomful?.link
      .request(wire.presence, request, settings.ackTimeoutMs)
      .then((answer) => void granted(wire.presence, answer))
      .then(() => end(), end)
  }

  if (roomful)
    roomful.presence = () => {
      if (room.status === 'left') return undefined // the room is joined only for queued messages
      const [next, json] = presenceForJoin(own, currentServer())
      update(next)
      return json && (JSON.parse(json) as unknown)
    }

  const onJoined = (): void => {
    if (timer === undefined) {
      const remainingMs = sentAt + INTERVAL_MS - performance.now()
      own = { ...own, isWaiting: remainingMs > 0 }
      if (own.isWaiting) wait(remainingMs)
    }
    perform(roomJoined(own, currentServer()))
  }
  /** Called with the first presence that is set: most rooms never have one. */
  const followRoom = (): void => {
    if (isFollowing) return
    isFollowing = true
    internals.states.add((state, { status: before }) => {
      if (state.status === 'joined') return onJoined()
      if (state.status !== 'joining') stopWaiting()
      // A presence that is set while leaving is for the next join, as one that is set before the first.
      update(isOut(state) && before !== 'leaving' ? removed(own) : { ...own, server: undefined })
    })
    if (room.status === 'joined') onJoined()
  }

  return {
    state: store,
    set(presence) {
      // The contract checks the copy, since other members read the copy.
      const { text, value } = jsonCopy('presence', presence)
      const read = schemas.checkPresence(value) ?? undefined
      followRoom()
      perform(presenceSet(own, text, read))
    },
    clear: () => perform(presenceSet(own, NONE)),
  }
}
