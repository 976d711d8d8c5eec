import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { ServerUnderTest } from './server-suite.ts'

const ROOMS = 40

/** `@roomful/server` beside an app of a framework. */
export function roomfulSuite({ client: packageUnderTest, server }: ServerUnderTest): void {
  describe.each(['polling', 'websocket'] as const)('roomful() by %s', (transport) => {
    const start = () => {
      const { createClient, roomful } = packageUnderTest()
      const reconnect = { minDelayMs: 20, maxDelayMs: 200 }
      const client = createClient({
        url: server().url,
        rooms: roomful(),
        socket: { transports: [transport] },
        reconnect,
      })
      onTestFinished(client.close)
      const heard: string[] = []
      return { client, heard, hear: ({ text }: { text: string }) => void heard.push(text) }
    }

    test('P1 P2 messages are confirmed, and all members see them in one order', async () => {
      const people = [start(), start()]
      const name = `order by ${transport}`
      const rooms = await Promise.all(people.map(({ client }) => client.join(name)))
      for (const [index, room] of rooms.entries()) room.on('message', people[index]!.hear)
      const sent = rooms.flatMap((room, who) =>
        Array.from({ length: 20 }, (_, n) => room.emit('message', { text: `${who}-${n}` })),
      )
      const receipts = await Promise.all(sent)
      expect(receipts.map(({ confirmed }) => confirmed)).toEqual(receipts.map(() => true))
      await eventually(() => expect(people[0]!.heard).toHaveLength(40))
      await eventually(() => expect(people[1]!.heard).toEqual(people[0]!.heard))
      expect(new Set(people[0]!.heard).size).toBe(40)
    })

    test(`${ROOMS} rooms are joined at once, each with its message`, async () => {
      const { client, heard, hear } = start()
      const rooms = Array.from({ length: ROOMS }, (_, n) => client.room(`${transport} ${n}`))
      for (const room of rooms) room.on('message', hear)
      await Promise.all(rooms.map((room) => room.join()))
      await Promise.all(rooms.map((room, n) => room.emit('message', { text: `${n}` })))
      const expected = rooms.map((_, n) => `${n}`).sort()
      await eventually(() => expect([...heard].sort()).toEqual(expected))
    })

    test('P1 messages sent during a restart of the server are stored, once and in order', async () => {
      const { client, heard, hear } = start()
      const room = await client.join(`restart by ${transport}`)
      room.on('message', hear)
      await server().stop()
      const sent = Array.from({ length: 20 }, (_, n) => room.emit('message', { text: `${n}` }))
      await server().restart()
      await Promise.all(sent)
      await eventually(() => expect(heard).toEqual(sent.map((_, n) => `${n}`)))
    })
  })
}
