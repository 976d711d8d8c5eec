import { setTimeout as pause } from 'node:timers/promises'
import { createProxy } from '@roomful/testing/proxy'
import { startServer } from './bench-server.ts'
import { createRoomfulClient } from './room-client.ts'
import { rounds, type Table } from './rounds.ts'

const MISSED = 200
const OUTAGE_MS = 1_000

/** The time from the end of an outage until the client has joined its room again and has received all missed messages. */
export async function replay(): Promise<Table> {
  const server = await startServer('rooms')
  const proxy = await createProxy({ target: server })
  const [ann, bob] = await Promise.all([createRoomfulClient(proxy.url), createRoomfulClient(server.url)])
  return rounds(9, ['waits its turn', 'is woken'], async (contender) => {
    proxy.refuse()
    proxy.cut()
    const outage = pause(OUTAGE_MS)
    const caughtUp = ann.receive(MISSED)
    await Promise.all(Array.from({ length: MISSED }, (_, n) => bob.send(`message ${n}`)))
    await outage
    proxy.pass()
    const started = performance.now()
    if (contender === 'is woken') void ann.reconnect()
    await caughtUp
    return { '200 missed': performance.now() - started }
  })
}
