import { createPresence, createTimeline, createTyping } from '@roomful/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HostileLink, startHostileServer, welcome } from '../support/hostile-server.ts'
import { startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { anyAnswer, anyEvent, anyPacket, hello, joined } from './random-packets.ts'

/** `pnpm attack --fuzz` sets both. */
const PACKETS = Number(process.env['FUZZ_FRAMES'] ?? 3_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const PACKETS_OF_LINK = 30
const LINKS_OF_CLIENT = 5

/** Answers every request of the client: to a join mostly as asked, so that the client is in the room. */
function answer(link: HostileLink, answers: string[]): void {
  link.onPacket((packet) => {
    const [, id, event] = /^42(\d+)\["([^"]*)"/.exec(packet) ?? []
    if (id === undefined) return
    if (event === 'ping') link.send(`43${id}["pong"]`)
    else if (event === '$join' && link.number % 3 > 0) link.send(`43${id}${JSON.stringify([joined])}`)
    else link.send(`43${id}${answers.pop() ?? '[{"ok":true}]'}`)
  })
}

async function sendAll(link: HostileLink, packets: readonly (string | Uint8Array)[]): Promise<void> {
  for (const packet of packets) {
    link.send(packet)
    await new Promise((resolve) => setImmediate(resolve))
  }
  link.close()
}

test(
  `SEC27 SEC28 after ${PACKETS} random packets of a server (seed ${SEED}) each client works with a correct one, and nothing is uncaught`,
  async () => {
    expectNothingUncaught()
    let hostileLinks = 0
    const server = await startHostileServer((link) => {
      const seed = SEED + link.number
      answer(link, hostileLinks > 0 ? fc.sample(anyAnswer, { seed, numRuns: 20 }) : [])
      welcome(link, () => {
        link.send(`42${JSON.stringify(['$hello', hello])}`)
        if (hostileLinks === 0) return
        hostileLinks -= 1
        const packets = fc.sample<string | Uint8Array>(link.number % 2 ? anyEvent : anyPacket, {
          seed,
          numRuns: PACKETS_OF_LINK,
        })
        void sendAll(link, packets)
      })
    })
    const errors: unknown[] = []
    for (let sent = 0; sent < PACKETS; sent += PACKETS_OF_LINK * LINKS_OF_CLIENT) {
      hostileLinks = LINKS_OF_CLIENT
      const client = startRoomful(server.url, {
        socket: { transports: ['websocket'] },
        ackTimeoutMs: 200,
        onInvalid: () => {},
        onDrop: () => {},
        onError: (error) => errors.push(error),
      })
      const room = client.room('general')
      const stops = [
        createTimeline(room, 'message').state.subscribe(() => {}),
        createPresence(room).others.subscribe(() => {}),
        createTyping(room).state.subscribe(() => {}),
      ]
      void room.join().catch(() => {})
      await expect
        .poll(
          async () => {
            void client.connect().catch(() => {})
            room.emit('message', { text: 'hi' }).catch(() => {})
            return [hostileLinks, await client.timeout(200).emitWithAck('ping').catch(String)]
          },
          { interval: 2, message: `after ${sent} packets` },
        )
        .toEqual([0, 'pong'])
      for (const stop of stops) stop()
      client.close()
    }
    expect(errors).toEqual([])
  },
  30_000 + PACKETS * 20,
)
