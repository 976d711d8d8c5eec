import { type JoinAnswer, wire } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { guestChat } from './support/chat.ts'
import { openSlowLink } from './support/slow-link.ts'
import { clientOf, connectRaw, startRooms } from './support/start-rooms.ts'

const ROOMS = 64
const MISSED = 200

test('SEC12 a client that returns to 64 rooms with 200 missed messages each over a slow link gets all of them, and is never closed', async () => {
  const { url, rooms } = await startRooms({ contract: guestChat })
  const names = Array.from({ length: ROOMS }, (_, n) => `room ${n}`)
  const text = 'x'.repeat(1_100)
  for (const name of names) for (let n = 0; n < MISSED; n += 1) await rooms.to(name).emit('message', { text })
  const socket = connectRaw(await openSlowLink(url, 8_000_000))
  const client = clientOf(socket)
  await client.hello()
  let isClosed = false
  socket.on('disconnect', () => (isClosed = true))
  const answers = await Promise.all(names.map((room) => client.ask<JoinAnswer>(wire.join, { room, last: MISSED })))
  expect(answers.map(({ entries }) => entries.length)).toEqual(names.map(() => MISSED))
  expect(isClosed).toBe(false)
  expect(rooms.metrics().bounds.unsent).toBe(0)
})
