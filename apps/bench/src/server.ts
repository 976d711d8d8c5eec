import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

const http = createServer()
new Server(http).on('connection', (socket) => {
  socket.on('storm', (count: number, ack: () => void) => {
    for (let n = 0; n < count; n += 1) socket.emit('chat', { room: 'general', from: 'ann', text: 'x'.repeat(80), n })
    ack()
  })
})
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
process.once('disconnect', () => process.exit(0))
