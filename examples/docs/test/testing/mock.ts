import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { chat } from './contract.ts'

export const server = createMockServer({ url: 'https://chat.example' })
export const rooms = createRooms(server.io, { contract: chat })
