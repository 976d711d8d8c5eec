import type { AnyContract, User } from '@roomful/contract'
import { type Typing, wire } from '@roomful/contract/protocol'
import type { Room } from '../../rooms/room.ts'
import { internalsOf } from '../../rooms/room-internals.ts'
import { createGuardedStore } from '../../store.ts'
import { limitsOf, roomfulRooms } from '../roomful-rooms.ts'
import { isUser } from '../wire-messages.ts'
import type { RoomTyping } from '../presence/presence-types.ts'
import { createOwnTyping } from './own-typing.ts'
import { type Typists, usersOf, withoutTypists, withTypist } from './typing-state.ts'

type OpenTyping<C extends AnyContract> = () => RoomTyping<C>

const openByRoom = new WeakMap<object, unknown>()

/**
 * The other users who are typing in a room, and the signs that this user is. `close` it when its input is not shown any more.
 * A room may have several, for several inputs, which share one state. Under `plainRooms()` it does nothing.
 *
 * @example
 * const typing = createTyping(room)
 * input.addEventListener('input', () => (input.value ? typing.keystroke() : typing.stop()))
 * typing.state.subscribe((users) => render(users.map(({ name }) => name)))
 */
export function createTyping<C extends AnyContract>(room: Room<C>): RoomTyping<C> {
  const open = (openByRoom.get(room) as OpenTyping<C> | undefined) ?? followTyping(room)
  openByRoom.set(room, open)
  return open()
}

/** Follows the signs of typing in a room until the last object that `createTyping` made for it is closed. */
function followTyping<C extends AnyContract>(room: Room<C>): OpenTyping<C> {
  const internals = internalsOf(room)
  const roomful = roomfulRooms.get(internals)
  const { schemas, reporting, sender } = internals.client
  const createUsers = () => createGuardedStore<readonly User<C>[]>([], reporting.report)
  const users = createUsers()
  let typists: Typists<User<C>> = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let openCount = 0

  const isSupported = (): boolean => roomful !== undefined && limitsOf(roomful.link, 'typing') !== undefined
  const own = createOwnTyping((typing) => {
    // A stop is sent in any state: the server may still have the member.
    if (!isSupported() || (typing && room.status !== 'joined')) return false
    sender.volatile(wire.typing, [{ room: room.name, typing }])
    return true
  })

  const update = (next: typeof typists): void => {
    typists = next
    users.setState(usersOf(typists, users.getState()), true)
    if (typists.length === 0) {
      clearTimeout(timer)
      timer = undefined
    } else timer ??= setTimeout(expire, Math.min(...typists.map(({ until }) => until)) - performance.now())
  }
  const remove = (isGone: Parameters<typeof withoutTypists<User<C>>>[1]): void =>
    update(withoutTypists(typists, isGone))
  const expire = (): void => {
    timer = undefined
    const now = performance.now()
    remove(({ until }) => until <= now)
  }

  const receive = (message: unknown): void => {
    if (!isTyping(message)) {
      const reason = 'not a sign of typing'
      return reporting.inspect({ type: 'drop', direction: 'in', event: wire.typing, room: room.name, reason })
    }
    const { from, typing } = message
    if (!typing) return remove(({ id }) => id === from.id)
    if (!isSupported() || room.status !== 'joined' || from.id === internals.userId()) return
    const user = schemas.readUser(from)
    if (user !== undefined) update(withTypist(typists, from.id, user, performance.now()))
  }

  const subscriptions = [
    roomful?.onOwn(wire.typing, receive),
    roomful?.senders.add((from) => remove(({ id }) => id === from?.id)),
    room.members.subscribe((now, before) => remove(({ id }) => before.has(id) && !now.has(id))),
    room.state.subscribe(({ status }) => {
      if (status === 'joined') return
      own.end()
      update([])
    }),
  ]

  return () => {
    const state = createUsers()
    const copy = (): void => state.setState(users.getState(), true)
    const unfollow = users.subscribe(copy)
    let isClosed = false
    openCount += 1
    copy()

    return {
      state,
      keystroke() {
        if (!isClosed) own.keystroke(state)
      },
      stop: () => own.stop(state),
      close() {
        if (isClosed) return
        isClosed = true
        own.stop(state)
        unfollow()
        state.setState([], true)
        if (--openCount > 0) return
        openByRoom.delete(room)
        for (const unsubscribe of subscriptions) unsubscribe?.()
        update([])
      },
    }
  }
}

function isTyping(message: unknown): message is Typing {
  const { from, typing } = message as Record<string, unknown> // the protocol has checked that it is an object
  return isUser(from) && typeof typing === 'boolean'
}
