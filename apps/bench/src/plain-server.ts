import type { FrameRequest } from './chat-list-types.ts'
import { everyFrame, sendStorm } from './paced.ts'
import { redisAdapter } from './redis-adapter.ts'
import { createIo, serve, settings } from './serve.ts'
import type { StormRequest } from './storm-types.ts'

// A server without @roomful/server.
const { history, redis, adapter } = settings()
// Longer than the default of two minutes, because a busy machine may need that long to send so many messages.
const recoveryOptions = { connectionStateRecovery: { maxDisconnectionDuration: 600_000 } }
const io = createIo({
  ...(history !== undefined && recoveryOptions),
  ...(redis !== undefined && adapter !== undefined && { adapter: await redisAdapter(redis, adapter) }),
})

io.on('connection', (socket) => {
  socket.on('storm', (count: number, ack: () => void) => {
    for (let n = 0; n < count; n += 1) socket.emit('chat', { room: 'general', from: 'ann', text: 'x'.repeat(80), n })
    ack()
  })
  socket.on('paced', async (request: StormRequest, ack: (sentAt: number) => void) => {
    await sendStorm(request, (event) => socket.emit('tick', event))
    ack(Date.now())
  })
  socket.on('paced messages', (request: FrameRequest) => {
    void everyFrame(request, (n) => {
      const text = `message ${n} ${'x'.repeat(60)}`
      socket.emit('message', { text }, { seq: n, id: `new message ${n}`, from: null, at: Date.now() })
    })
  })
  socket.on('echo', (data: unknown, ack: (data: unknown) => void) => ack(data))
  socket.on('join', (room: string, ack: () => void) => {
    void socket.join(room)
    ack()
  })
  socket.on('send', ({ room, text }: { room: string; text: string }) => {
    io.to(room).emit('message', { text })
  })
  socket.on('message', (data: unknown, ack: () => void) => {
    io.to('general').emit('message', data)
    ack()
  })
})

const send = (text: string, room = 'general'): unknown => io.to(room).emit('message', { text })
for (let n = 0; n < (history ?? 0); n += 1) send(`message ${n} ${'x'.repeat(60)}`)
serve(io, send)
