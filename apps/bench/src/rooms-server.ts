import { createRooms, memoryLog, type RoomLog } from '@roomful/server'
import { redisLog } from '@roomful/server/redis'
import { sqliteLog } from '@roomful/server/sqlite'
import { chat } from './chat.ts'
import type { FrameRequest } from './chat-list-types.ts'
import { connected } from './connected.ts'
import { everyFrame, sendStorm } from './paced.ts'
import { createIo, serve, settings } from './serve.ts'
import type { StormRequest } from './storm-types.ts'

const { history = 0, file, redis, rates = false } = settings()
const retention = { maxEntries: 200_000 }
const log = createLog()
await connected(log)
const io = createIo()
const rooms = createRooms(io, {
  contract: chat,
  log,
  limits: rates ? {} : { rates: false },
  trustProxy: 1,
  authenticate: ({ auth }) => ({ id: typeof auth['id'] === 'string' ? auth['id'] : 'ann' }),
})

function createLog(): RoomLog {
  if (redis !== undefined) return redisLog({ url: redis, retention })
  return file === undefined ? memoryLog({ retention, maxBytes: 2 ** 30 }) : sqliteLog({ file, retention })
}

const send = (text: string, room = 'general'): unknown => rooms.to(room).emit('message', { text })
for (let n = 0; n < history; n += 1) await send(`message ${n} ${'x'.repeat(60)}`)
io.on('connection', (socket) => {
  socket.on(
    'paced messages',
    (request: FrameRequest) => void everyFrame(request, (n) => send(`message ${n} ${'x'.repeat(60)}`)),
  )
  socket.on('paced', async (request: StormRequest, ack: (sentAt: number) => void) => {
    await sendStorm(request, (event) => rooms.to('general').emit('tick', event))
    ack(Date.now())
  })
})
serve(io, send)
