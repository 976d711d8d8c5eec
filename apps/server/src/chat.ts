import type { ChatServer } from './events.ts'
import { createRoomList } from './room-list.ts'
import type { Sessions } from './sessions.ts'
export function serveChat(io: ChatServer, sessions: Sessions): { close(): Promise<void> } {
  const list = createRoomList(io)
  io.on('connection', (socket) => list.serve(socket, undefined))
  return { close: async () => {} }
}
