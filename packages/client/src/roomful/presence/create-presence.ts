import { type AnyContract, RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { assertListener } from '../../emitter.ts'
import { hasSameEntries } from '../members.ts'
import type { Member, Room } from '../../rooms/room.ts'
import { type RoomSource, sourceOf } from '../../rooms/room-source.ts'
import { derivedStore } from './derived-store.ts'
import { memberChanges } from './member-changes.ts'
import { createOwnPresence } from './own-presence.ts'
import type { RoomPresence } from './presence-types.ts'

const known = new WeakMap<object, unknown>()

/**
 * Who is in a room beside us, and what we say about ourselves there. One room has one: it is made once, and never closed.
 *
 * @example
 * const presence = createPresence(room)
 * presence.set({ status: 'away' })
 * presence.others.subscribe((others) => render([...others.values()]))
 * presence.on('enter', ({ user }) => console.log(`${user.name} is here`))
 */
export function createPresence<C extends AnyContract>(room: Room<C>): RoomPresence<C> {
  const presence = (known.get(room) as RoomPresence<C> | undefined) ?? presenceIn(room, sourceOf(room))
  known.set(room, presence)
  return presence
}

function presenceIn<C extends AnyContract>(room: Room<C>, source: RoomSource): RoomPresence<C> {
  type Members = ReadonlyMap<string, Member<C>>
  const nobody: Members = new Map()
  let others = nobody
  /** What `others` was made of: nothing else changes it. */
  let read: Members | undefined
  let selfId: string | undefined

  const readOthers = (): Members => {
    const members = room.members.getState()
    const id = source.selfId()
    if (members === read && id === selfId) return others
    read = members
    selfId = id
    const next = new Map([...members].filter(([other]) => other !== id))
    if (!hasSameEntries(next, others)) others = next
    return others
  }
  const readSelf = (): Member<C> | undefined => room.members.getState().get(source.selfId() as string)

  return {
    ...createOwnPresence(room, source),
    self: derivedStore(room.members, undefined, readSelf),
    others: derivedStore(room.members, nobody, readOthers),
    on(type, handler) {
      assertListener(handler)
      if (type !== 'enter' && type !== 'leave' && type !== 'update')
        throw new RoomfulError('INVALID_ARGUMENT', `expected "enter", "leave" or "update", got ${describe(type)}`)
      let isOff = false
      let selfId = source.selfId()
      const off = room.members.subscribe((now, before) => {
        const was = selfId
        selfId = source.selfId()
        for (const { type: what, id, member, previous } of memberChanges(before, now)) {
          if (isOff || what !== type || id === was || id === selfId) continue
          try {
            handler(member, previous)
          } catch (error) {
            source.report(error, `${type} of ${room.name}`)
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
