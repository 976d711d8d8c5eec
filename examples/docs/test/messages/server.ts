import { createRooms, type Rooms } from '@roomful/server'
import type { Server } from 'socket.io'
import { chat } from './contract.ts'

export function createChat(io: Server) {
  return createRooms(io, {
    contract: chat,
    authenticate: ({ auth }) => ({ id: String(auth['name']) }), // your own check of a token
    authorize: {
      // Everyone may react. Edits and removals are for the sender of the message.
      emit: ({ event, target, user }) => event === 'reaction' || !target || target.from?.id === user.id,
    },
  })
}

/** For a moderator: the message is gone for good. */
export async function erase(rooms: Rooms<typeof chat>, room: string, seq: number) {
  await rooms.redact(room, seq)
}
