// The tutorial's events, acks and rooms beside a Fastify app; rooms that lose nothing by @roomful/server.
import { defineContract, typeOnly } from '@roomful/contract'
import { createRooms } from '@roomful/server'
import fastify from 'fastify'
import { Server } from 'socket.io'
import { addTutorial } from '../tutorial.mjs'

const contract = defineContract({ room: { message: typeOnly() } })
const app = fastify()
app.get('/', () => 'up')
const io = new Server(app.server, { cors: { origin: '*' } })
createRooms(io, { contract })
addTutorial(io)

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }))
