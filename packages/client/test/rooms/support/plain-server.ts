import type { ServerOptions, Socket } from 'socket.io'
import { startServer } from '../../support/test-server.ts'

type Acknowledge = (...values: unknown[]) => void

export interface PlainScript {
  /** What a join does beside joining; it need not answer. */
  readonly onJoin?: (room: string, acknowledge: Acknowledge, socket: Socket) => void
  readonly onLeave?: (room: string, acknowledge: Acknowledge) => void
  readonly options?: Partial<ServerOptions>
}

/** A Socket.IO server without `@roomful/server`, with rooms as the tutorial has them; it keeps what it receives. */
export async function startPlain({ onJoin = yes, onLeave = yes, options }: PlainScript = {}) {
  const received: { readonly event: string; readonly data: unknown }[] = []
  const server = await startServer({
    ...(options && { options }),
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((event: string, data: unknown) => received.push({ event, data }))
        socket.on('join', async ({ room }: { room: string }, acknowledge: Acknowledge = () => {}) => {
          await socket.join(room)
          onJoin(room, acknowledge, socket)
        })
        socket.on('leave', async ({ room }: { room: string }, acknowledge: Acknowledge = () => {}) => {
          await socket.leave(room)
          onLeave(room, acknowledge)
        })
      }),
  })
  return {
    server,
    url: server.url,
    received,
    /** What was received, in order, each as the event's name and the room or text in its data. */
    words: () => received.map(({ event, data }) => [event, wordIn(data)].filter(Boolean).join(' ')),
    membersOf: (room: string | number) => server.io.sockets.adapter.rooms.get(room as string)?.size ?? 0,
    /** Emits to a room as such a server does: the data names the room. */
    sayIn: (room: string, event: string, data: object = {}) => void server.io.to(room).emit(event, { room, ...data }),
    /** Ends the transports below the sockets, as a network does. */
    cut: () => server.io.sockets.sockets.forEach((socket) => socket.conn.close()),
  }
}

const yes = (_room: string, acknowledge: Acknowledge) => acknowledge()

function wordIn(data: unknown): string {
  const { room, text } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, string>
  return typeof data === 'string' ? data : [room, text].filter((word) => word !== undefined).join(':')
}
