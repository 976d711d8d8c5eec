import { defineContract, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { codeOf } from '../rooms/support/outcomes.ts'
import { startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const contract = defineContract({ room: { message: z.string() } })

test.each([
  ['twice', 2, ['confirmed', 'confirmed', 'confirmed'], ['a', 'b', 'c']],
  ['each time', Infinity, ['confirmed', 'INTERNAL', 'confirmed'], ['a', 'c']],
])(
  'P3 OB7 where the server’s handler fails %s, the messages behind wait and go on in order',
  async (_, failures, outcomes, order) => {
    let runs = 0
    const server = await startServer({
      configure(io) {
        createRooms(io, { contract, onError: () => {} }).handle('message', ({ data }) => {
          if (data === 'b' && ++runs <= failures) throw new Error('the database is away')
        })
      },
    })
    const room = await startClient(server.url, { rooms: roomful() }).join('general')
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    expect(await Promise.all(['a', 'b', 'c'].map((text) => codeOf(room.emit('message', text))))).toEqual(outcomes)
    await expect.poll(() => heard).toEqual(order)
    expect(runs).toBe(3)
  },
)
