import { createRooms } from '@roomful/server'
import type { Server } from 'socket.io'
import { chat } from './contract.ts'

export const serve = (io: Server) =>
  createRooms(io, {
    contract: chat,
    authenticate: ({ auth }) => ({ id: String(auth.name) }), // a real app checks a token
    presenceGraceMs: 5_000,
    limits: { presenceBytes: 4_096 },
  })
