import { chat } from '@roomful-demo/chat-contract'
import { createRooms, identity, refuse } from '@roomful/server'
import type { Handshake, RoomLog, Rooms, TrustProxy, UserIdentity } from '@roomful/server'
import type { ChatServer } from './events.ts'
import { logError, logEvent } from './logs.ts'
import type { Sessions, User } from './sessions.ts'

interface ChatOptions {
  readonly trustProxy: TrustProxy | undefined
  readonly closeTimeoutMs: number
}

/** Serves the chat's rooms for signed-in users. */
export function serveChat(
  io: ChatServer,
  sessions: Sessions,
  log: RoomLog,
  { trustProxy, closeTimeoutMs }: ChatOptions,
): Rooms<typeof chat> {
  /** A client without a token connects as anonymous, and every room refuses it. A client with an invalid token cannot connect. */
  async function authenticate({ auth }: Pick<Handshake, 'auth'>): Promise<UserIdentity<User, undefined> | undefined> {
    if (auth['token'] === undefined) return undefined
    const { user, expiresAt } = await sessions.verify(auth['token'])
    return identity(user, { expiresAt })
  }

  const rooms = createRooms(io, {
    contract: chat,
    log,
    ...(trustProxy === undefined ? {} : { trustProxy }),
    authenticate,
    authorize: { join: mayJoin },
    // A user with several tabs is online while one of them is visible.
    mergePresence: (states) => states.find(({ status }) => status === 'online') ?? states[0],
    connectTimeoutMs: 5000,
    closeTimeoutMs,
    inspect: logEvent,
    onError: logError,
  })
  rooms.handle('message', ({ data }) => {
    const text = data.text.trim()
    if (text === '') throw refuse('SHAPE', 'expected a text that is not blank')
    return { text }
  })
  return rooms
}

function mayJoin({ room }: { room: string }): boolean {
  if (room === 'staff') throw refuse('FORBIDDEN', 'room staff is for staff only')
  return true
}
