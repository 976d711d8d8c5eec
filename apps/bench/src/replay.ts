import { setTimeout as pause } from 'node:timers/promises'
import { createProxy } from '@roomful/testing/proxy'
import { startServer } from './bench-server.ts'
import { roomfulPerson } from './person.ts'
import { rounds, type Table } from './rounds.ts'

const MISSED = 200
const OUTAGE_MS = 1_000

/** From the moment in which a link is back until the room is joined again and all that was missed was heard. */
export async function replay(): Promise<Table> {
  const server = await startServer('rooms')
  const link = await createProxy({ target: server })
  const [ann, bob] = await Promise.all([roomfulPerson(link.url), roomfulPerson(server.url)])
  return rounds(9, ['waits its turn', 'is woken'], async (contender) => {
    link.refuse()
    link.cut()
    const outage = pause(OUTAGE_MS)
    const caughtUp = ann.hears(MISSED)
    await Promise.all(Array.from({ length: MISSED }, (_, n) => bob.say(`message ${n}`)))
    await outage
    link.pass()
    const started = performance.now()
    if (contender === 'is woken') void ann.back()
    await caughtUp
    return { '200 missed': performance.now() - started }
  })
}
