import { type AnyContract, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { assertListener } from '../../emitter.ts'
import type { Member, Room } from '../../rooms/room.ts'
import { internalsOf, type RoomInternals } from '../../rooms/room-internals.ts'
import { createLazyStore } from '../../store.ts'
import { hasSameEntries } from '../members.ts'
import { memberChanges } from './member-changes.ts'
import { createOwnPresence } from './own-presence.ts'
import type { RoomPresence } from './presence-types.ts'

const known = new WeakMap<object, unknown>()

/**
 * The members of a room beside the user, and the user's own presence in it. Each room has one such object, which need not
 * be closed. Under `plainRooms()` no member is known, and `set` ends with `UNSUPPORTED`.
 *
 * @example
 * const presence = createPresence(room)
 * presence.set({ status: 'away' })
 * presence.others.subscribe((others) => render([...others.values()]))
 * presence.on('enter', ({ user }) => console.log(`${user.name} is here`))
 */
export function createPresence<C extends AnyContract>(room: Room<C>): RoomPresence<C> {
  const presence = (known.get(room) as RoomPresence<C> | undefined) ?? presenceIn(room, internalsOf(room))
  known.set(room, presence)
  return presence
}

function presenceIn<C extends AnyContract>(room: Room<C>, internals: RoomInternals): RoomPresence<C> {
  type Members = ReadonlyMap<string, Member<C>>
  const none: Members = new Map()
  const { report } = internals.client.reporting
  let others = none
  /** `others` is made of these members, and of the user's id. */
  let read: Members | undefined
  let selfId: string | undefined

  const readOthers = (): Members => {
    const members = room.members.getState()
    const id = internals.userId()
    if (members === read && id === selfId) return others
    read = members
    selfId = id
    const next = new Map([...members].filter(([other]) => other !== id))
    if (!hasSameEntries(next, others)) others = next
    return others
  }
  const derived = <T>(initial: T, get: () => T) =>
    createLazyStore(initial, (set) => room.members.subscribe(() => set(get())), report, get)
  const readSelf = (): Member<C> | undefined => room.members.getState().get(internals.userId() as string)

  return {
    ...createOwnPresence(room, internals),
    self: derived(undefined, readSelf),
    others: derived(none, readOthers),
    on(type, handler) {
      assertListener(handler)
      if (type !== 'enter' && type !== 'leave' && type !== 'update')
        throw new RoomfulError('INVALID_ARGUMENT', `expected "enter", "leave" or "update", got ${describe(type)}`)
      let isOff = false
      let selfId = internals.userId()
      const isPartial = () => room.occupancy.getState().isPartial
      let wasPartial = isPartial()
      const off = room.members.subscribe((now, before) => {
        const was = selfId
        selfId = internals.userId()
        const isHidden = wasPartial
        wasPartial = isPartial()
        if (isHidden || wasPartial) return // the others are not listed: none of them has entered or left
        for (const { type: what, id, member, previous } of memberChanges(before, now)) {
          if (isOff || what !== type || id === was || id === selfId) continue
          try {
            handler(member, previous)
          } catch (error) {
            report(error, `${type} of ${room.name}`)
          }
        }
      })
      return () => {
        isOff = true
        off()
      }
    },
  }
}
