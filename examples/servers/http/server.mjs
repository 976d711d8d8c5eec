// The tutorial's events, acks and rooms on Node's own HTTP server.
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { addTutorial } from '../tutorial.mjs'

const http = createServer((_request, response) => response.end('up'))
const io = new Server(http, { cors: { origin: '*' } })
addTutorial(io)

http.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${http.address().port}`)
})
