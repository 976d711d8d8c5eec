import { type AnyContract, type Typing, type User, wire } from '@roomful/contract'
import { createGuardedStore } from '../guarded-store.ts'
import type { Room } from '../room/room.ts'
import { sourceOf } from '../room/room-source.ts'
import { isUser } from '../room/roomful-messages.ts'
import { createOwnTyping } from './own-typing.ts'
import type { RoomTyping } from './presence-types.ts'
import { type Typists, usersOf, withoutTypists, withTypist } from './typing-state.ts'

/**
 * Who is typing in a room, and that we are. `close` it when it is not shown any more.
 *
 * @example
 * const typing = createTyping(room)
 * input.addEventListener('input', () => (input.value ? typing.keystroke() : typing.stop()))
 * typing.state.subscribe((users) => render(users.map(({ name }) => name)))
 */
export function createTyping<C extends AnyContract>(room: Room<C>): RoomTyping<C> {
  const source = sourceOf(room)
  const store = createGuardedStore<readonly User<C>[]>([], source.report)
  let typists: Typists<User<C>> = []
  let timer: ReturnType<typeof setTimeout> | undefined

  /** undefined where nobody types: we are not in, or the server does not know of it. */
  const line = () => (room.status === 'joined' ? source.wire('typing') : undefined)
  const own = createOwnTyping((typing) => {
    const to = line()
    to?.say(wire.typing, { room: room.name, typing })
    return to !== undefined
  })

  const show = (next: typeof typists): void => {
    typists = next
    store.setState(usersOf(typists, store.getState()), true)
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
  let isClosed = false

  return {
    state: store,
    keystroke() {
      if (!isClosed) own.keystroke()
    },
    stop: () => own.stop(),
    close() {
      isClosed = true
      for (const off of undo.splice(0)) off()
      own.stop()
      show([])
    },
  }
}

function isTyping(message: unknown): message is Typing {
  const { from, typing } = message as Record<string, unknown> // the dispatcher has found a room in it
  return isUser(from) && typeof typing === 'boolean'
}
