import type { AnyContract, User } from '@roomful/contract'
import { type Typing, wire } from '@roomful/contract/protocol'
import { createGuardedStore } from '../../guarded-store.ts'
import type { Room } from '../../rooms/room.ts'
import { sourceOf } from '../../rooms/room-source.ts'
import { isUser } from '../wire-messages.ts'
import { createOwnTyping } from './own-typing.ts'
import type { RoomTyping } from '../presence/presence-types.ts'
import { type Typists, usersOf, withoutTypists, withTypist } from './typing-state.ts'

type Open<C extends AnyContract> = () => RoomTyping<C>

const known = new WeakMap<object, unknown>()

/**
 * Who is typing in a room, and that we are. `close` it when it is not shown any more. A room may have several, of several
 * inputs: they hear, and speak, as one.
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

/** What all typing of one room shares, until the last of it is closed. */
function typingIn<C extends AnyContract>(room: Room<C>): Open<C> {
  const source = sourceOf(room)
  const createUsers = () => createGuardedStore<readonly User<C>[]>([], source.report)
  const users = createUsers()
  let typists: Typists<User<C>> = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let openCount = 0

  /** undefined where nobody types: we are not in, or the server does not know of it. */
  const line = () => (room.status === 'joined' ? source.wire('typing') : undefined)
  const own = createOwnTyping((typing) => {
    // That we do not is said wherever it is heard: a server may keep us in a room that we have left, or enter again.
    const to = typing ? line() : source.wire('typing')
    to?.say(wire.typing, { room: room.name, typing })
    return to !== undefined
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
    if (!isTyping(message)) return source.drop(wire.typing, 'not a sign of typing')
    const { from, typing } = message
    if (!typing) return drop(({ id }) => id === from.id)
    if (!line() || from.id === source.selfId()) return
    const user = source.schemas.readUser(from)
    if (user !== undefined) show(withTypist(typists, from.id, user, performance.now()))
  }

  const undo = [
    source.inbox.hear(wire.typing, receive),
    source.inbox.senders.add((from) => drop(({ id }) => id === from?.id)),
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
        for (const off of undo) off()
        show([])
      },
    }
  }
}

function isTyping(message: unknown): message is Typing {
  const { from, typing } = message as Record<string, unknown> // the dispatcher has found a room in it
  return isUser(from) && typeof typing === 'boolean'
}
