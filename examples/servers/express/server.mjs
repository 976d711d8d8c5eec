// The tutorial's events, acks and rooms beside an Express app; rooms that lose nothing by @roomful/server.
import { createServer } from 'node:http'
import { defineContract, typeOnly } from '@roomful/contract'
import { createRooms } from '@roomful/server'
import express from 'express'
import { Server } from 'socket.io'
import { addTutorial } from '../tutorial.mjs'

const contract = defineContract({ room: { message: typeOnly() } })
const app = express()
app.get('/', (_request, response) => response.send('up'))
const http = createServer(app)
const io = new Server(http, { cors: { origin: '*' } })
createRooms(io, { contract })
addTutorial(io)

http.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${http.address().port}`)
})
