import { startServer, type TestServer } from '../support/test-server.ts'

/** The server of `runPlain`. */
export function startPlainServer(): Promise<TestServer> {
  return startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.on('join', async ({ room }: { room: string }, acknowledge: () => void) => {
          await socket.join(room)
          acknowledge()
        })
        socket.on('leave', async ({ room }: { room: string }, acknowledge: () => void) => {
          await socket.leave(room)
          acknowledge()
        })
        socket.on('message', (data: { room: string }) => void io.to(data.room).emit('message', data))
        socket.on('sizeOf', ({ length }: Buffer, acknowledge: (size: number) => void) => acknowledge(length))
        socket.on('echo', (value: unknown, acknowledge: (value: unknown) => void) => acknowledge(value))
      }),
  })
}

/** The results of `runPlain`. */
export const plainResults: object = {
  status: 'connected',
  emitted: true,
  answer: 'hello',
  binary: 2,
  heard: 'hello',
  confirmed: false,
  timeout: 'TIMEOUT',
  aborted: 'AbortError',
  abortedBefore: 'AbortError',
  abortedConnect: 'AbortError',
  abortedEmit: 'AbortError',
  discarded: 'DISCARDED',
  late: 'joined',
  wasRestored: 'lost,restored',
  left: 'left',
  disconnected: 'disconnected',
}
/** The results of `runRoomful`. */
export const roomfulResults: object = {
  heard: 'ann: hello',
  confirmed: true,
  pages: 2,
  aborted: 'AbortError',
  history: ['hello', 'hello, ann'],
  timeline: ['hello', 'hello, ann'],
  reloaded: 'stored',
  withoutStorage: 'memory',
}
