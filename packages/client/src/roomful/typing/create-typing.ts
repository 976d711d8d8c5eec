import type { AnyContract, User } from '@roomful/contract'
import { type Typing, wire } from '@roomful/contract/protocol'
import type { Room } from '../../rooms/room.ts'
import { internalsOf } from '../../rooms/room-internals.ts'
import { createGuardedStore } from '../../store.ts'
import { roomfulRooms } from '../roomful-rooms.ts'
import { isUser } from '../wire-messages.ts'
import type { RoomTyping } from '../presence/presence-types.ts'
import { createOwnTyping } from './own-typing.ts'
import { type Typists, usersOf, withoutTypists, withTypist } from './typing-state.ts'

type Open<C extends AnyContract> = () => RoomTyping<C>

const known = new WeakMap<object, unknown>()

/**
 * The users who are typing in a room, and the sign that this user is. `close` it when it is not shown any more. A room may
 * have several, for several inputs, which share one state. Under `plainRooms()` it does nothing.
 *
 * @example
 * const typing = createTyping(room)
 * input.addEventListener('input', () => (input.value ? typing.keystroke() : typing.stop()))
 * typing.state.subscribe((users) => render(users.map(({ name }) => name)))
 */
export function createTyping<C extends AnyContract>(room: Room<C>): RoomTyping<C> {
  const open = (known.get(room) as Open<C> | undefined) ?? typingIn(room)
  known.set(room, open)
  return open()
}

/** The state that all typing objects of one room share, until the last one is closed. */
function typingIn<C extends AnyContract>(room: Room<C>): Open<C> {
  const internals = internalsOf(room)
  const roomful = roomfulRooms.get(internals)
  const { schemas, reporting } = internals.client
  const createUsers = () => createGuardedStore<readonly User<C>[]>([], reporting.report)
  const users = createUsers()
  let typists: Typists<User<C>> = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let openCount = 0

  const canType = (): boolean => roomful?.limitsOf('typing') !== undefined
  const own = createOwnTyping((typing) => {
    // A stop is sent wherever it may be needed: a server may keep a member that has left, or that joins again.
    if (!canType() || (typing && room.status !== 'joined')) return false
    roomful?.send(wire.typing, { room: room.name, typing })
    return true
  })

  const show = (next: typeof typists): void => {
    typists = next
    users.setState(usersOf(typists, users.getState()), true)
    if (typists.length === 0) {
      clearTimeout(timer)
      timer = undefined
    } else timer ??= setTimeout(expire, Math.min(...typists.map(({ until }) => until)) - performance.now())
  }
  const drop = (isGone: Parameters<typeof withoutTypists<User<C>>>[1]): void => show(withoutTypists(typists, isGone))
  const expire = (): void => {
    timer = undefined
    const now = performance.now()
    drop(({ until }) => until <= now)
  }

  const receive = (message: unknown): void => {
    if (!isTyping(message)) {
      const reason = 'not a sign of typing'
      return reporting.inspect({ type: 'drop', direction: 'in', event: wire.typing, room: room.name, reason })
    }
    const { from, typing } = message
    if (!typing) return drop(({ id }) => id === from.id)
    if (!canType() || room.status !== 'joined' || from.id === internals.userId()) return
    const user = schemas.readUser(from)
    if (user !== undefined) show(withTypist(typists, from.id, user, performance.now()))
  }

  const undo = [
    roomful?.onOwn(wire.typing, receive),
    roomful?.senders.add((from) => drop(({ id }) => id === from?.id)),
    room.members.subscribe((now, before) => drop(({ id }) => before.has(id) && !now.has(id))),
    room.state.subscribe(({ status }) => {
      if (status === 'joined') return
      own.end()
      show([])
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
        known.delete(room)
        for (const off of undo) off?.()
        show([])
      },
    }
  }
}

function isTyping(message: unknown): message is Typing {
  const { from, typing } = message as Record<string, unknown> // the protocol has read its room already
  return isUser(from) && typeof typing === 'boolean'
}
