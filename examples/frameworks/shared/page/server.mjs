import { createServer } from 'node:http'
import { createRooms } from '@roomful/server'
import { Server } from 'socket.io'
import { chat } from './contract.js'
import { createPages } from './pages.mjs'

// One origin for the pages and for Socket.IO. With --dev, the pages come from the framework's development server.

const http = createServer()
const io = new Server(http)
createRooms(io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth.name) }) })
const pages = await createPages({ dev: process.argv.includes('--dev'), http })
http.on('request', (request, response) => {
  if (request.url === '/connections') response.end(String(io.engine.clientsCount))
  else if (!request.url?.startsWith('/socket.io/')) pages(request, response)
})
http.listen(0, 'localhost', () => process.send?.(http.address()))
