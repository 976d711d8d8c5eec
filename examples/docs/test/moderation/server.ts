import { defineContract } from '@roomful/client'
import { createRooms, refuse } from '@roomful/server'
import type { Server } from 'socket.io'
import { z } from 'zod'

export const contract = defineContract({
  room: { message: z.object({ text: z.string() }) },
  user: z.object({ id: z.string(), name: z.string() }),
})

const blocked = new Set<string>()

export function createChat(io: Server, visits: string[]) {
  return createRooms(io, {
    contract,
    authenticate: ({ auth }) => {
      const id = String(auth['name'])
      if (blocked.has(id)) throw refuse('BLOCKED', 'Your account is blocked.')
      return { id, name: id }
    },
    onJoin: ({ room, user }) => void visits.push(`${user.name} came to ${room}`),
    onLeave: ({ room, user }) => void visits.push(`${user.name} left ${room}`),
  })
}
type Chat = ReturnType<typeof createChat>

/** Out of one room, for a day. */
export async function ban(rooms: Chat, room: string, userId: string) {
  await rooms.remove(room, userId, { code: 'SPAM', message: 'No advertising here.', banMs: 86_400_000 })
}

/** Out of everything, at once: `authenticate` refuses each new connection of the user. */
export async function block(rooms: Chat, userId: string) {
  blocked.add(userId)
  await rooms.disconnect(userId, { code: 'BLOCKED', message: 'Your account is blocked.' })
}

/** What a moderator sees of a room. */
export async function look(rooms: Chat, room: string) {
  const { entries } = await rooms.history(room, { limit: 50 })
  return { members: await rooms.members(room), newest: entries }
}

/** The busy rooms. */
export async function busyRooms(rooms: Chat, least: number) {
  const busy: string[] = []
  for await (const { name, members } of rooms.list()) if (members >= least) busy.push(name)
  return busy
}
