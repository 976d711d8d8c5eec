import type { WireMeta } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedLog } from './support/changed-log.ts'
import { believe, chat } from './support/chat.ts'
import { logs } from './support/logs.ts'
import { type Client, cidOf, startRooms, texts } from './support/start-rooms.ts'

const SENDERS = ['a', 'b', 'c']

test.each(logs)(
  'P2 P3 F28 %s log: with slow handlers and a slow log all see one order without holes, first in first out for each sender',
  async (_name, create) => {
    let delays: readonly number[] = []
    let next = 0
    // A random number of turns of the event loop, without a clock, so that the orders differ.
    const dawdle = async () => {
      const turns = delays[next++ % delays.length] ?? 0
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
    }
    const log = create()
    const slowLog = changedLog(log, {
      commit: async (room, batch) => {
        const committed = await log.commit(room, batch)
        await dawdle()
        return committed
      },
    })
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe, log: slowLog })
    rooms.handle('message', dawdle)
    const clients = new Map<string, Client>()
    for (const id of SENDERS) clients.set(id, await connect({ id }))
    let run = 0

    const batches = fc.array(fc.tuple(fc.constantFrom(...SENDERS, 'server'), fc.integer({ min: 1, max: 5 })), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(batches, fc.array(fc.nat(6), { minLength: 1, maxLength: 20 }), async (plan, turns) => {
        delays = turns
        const room = `room ${++run}`
        for (const client of clients.values()) await client.join(room)
        const speak = async (sender: string, sizes: readonly number[]) => {
          let n = 0
          for (const size of sizes) {
            const words = Array.from({ length: size }, () => `${sender} ${++n}`)
            const client = clients.get(sender)
            if (client !== undefined) await client.publish(room, texts(words, n - size + 1), { cid: cidOf(sender) })
            else for (const text of words) await rooms.to(room).emit('message', { text })
          }
        }
        const sizesOf = (sender: string) => plan.filter(([who]) => who === sender).map(([, size]) => size)
        await Promise.all([...SENDERS, 'server'].map((sender) => speak(sender, sizesOf(sender))))

        const total = plan.reduce((sum, [, size]) => sum + size, 0)
        const views = [...clients.values()].map((client) => () => heardIn(client, room))
        for (const view of views) await expect.poll(() => view().length).toBe(total)
        const [first = []] = views.map((view) => view())
        for (const view of views) expect(view()).toEqual(first)
        expect(first.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, index) => index + 1))
        for (const sender of [...SENDERS, 'server']) {
          const said = first.filter(({ text }) => text.startsWith(sender)).map(({ text }) => Number(text.split(' ')[1]))
          expect(said).toEqual(said.map((_, index) => index + 1))
        }
      }),
      { numRuns: 40 },
    )
  },
)

function heardIn(client: Client, room: string): { seq: number | undefined; text: string }[] {
  return client
    .of('message')
    .map(([data, meta]) => ({ data: data as { text: string }, meta: meta as WireMeta }))
    .filter(({ meta }) => meta.$room === room)
    .map(({ data, meta }) => ({ seq: meta.seq, text: data.text }))
}
