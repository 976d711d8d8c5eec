import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from 'socket.io'
import { createRooms } from '../../src/index.ts'
import { guestChat } from './chat.ts'

// A process to be stopped while a handler runs: prints its address, and when a handler begins and ends.
const http = createServer()
const rooms = createRooms(new Server(http), { contract: guestChat, handlerTimeoutMs: 1_500 })

rooms.handle('message', async ({ data }) => {
  say(`handling ${data.text}`)
  // Several waits, as a handler with several queries has: they cannot all be over when the process goes on.
  for (let query = 1; query <= 10; query += 1) await sleep(20)
  say(`handled ${data.text}`)
})

http.listen(0, '127.0.0.1', () => say(`http://127.0.0.1:${(http.address() as AddressInfo).port}`))

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
