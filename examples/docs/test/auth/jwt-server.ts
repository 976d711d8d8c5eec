import { createRooms, identity, refuse } from '@roomful/server'
import { jwtVerify } from 'jose'
import type { Server } from 'socket.io'
import { z } from 'zod'
import { chat } from './contract.ts'

const claimsOfToken = z.object({
  sub: z.string(),
  exp: z.number(),
  name: z.string(),
  roles: z.array(z.string()).default([]),
})

export function serveRooms(io: Server, key: Uint8Array) {
  const rooms = createRooms(io, {
    contract: chat,
    authenticate: async ({ auth }) => {
      const { payload } = await jwtVerify(String(auth['token']), key, { algorithms: ['HS256'] })
      const token = claimsOfToken.safeParse(payload)
      if (!token.success) throw refuse('UNAUTHORIZED', 'the token lacks the claims of this server')
      const { sub, exp, name, roles } = token.data
      return identity({ id: sub, name }, { claims: { roles }, expiresAt: exp * 1000 })
    },
    authorize: {
      join: ({ room, claims }) => room !== 'staff' || claims.roles.includes('staff'),
    },
  })
  rooms.handle('message', ({ room, claims }) => {
    if (room === 'news' && !claims.roles.includes('editor')) throw refuse('FORBIDDEN', 'news are written by editors')
  })
  return rooms
}
