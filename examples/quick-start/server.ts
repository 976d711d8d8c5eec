import { createRooms } from '@roomful/server'
import { Server } from 'socket.io'
import { chat } from './contract.ts'

const io = new Server(3001, { cors: { origin: '*' } })
createRooms(io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth.name) }) })
