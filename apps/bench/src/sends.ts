import { createProxy } from '@roomful/testing/proxy'
import { startServer } from './bench-server.ts'
import { plainPerson, roomfulPerson } from './person.ts'
import { rounds, type Table } from './rounds.ts'

const MESSAGES = 300
const ONE_WAY_MS = 25

/** Messages that are sent at once over a link with 50 ms round trip, until the server has said that it has them all. */
export async function sends(): Promise<Table> {
  const people = { "socket.io's retries": await slowly('plain'), roomful: await slowly('rooms') }
  return rounds(3, ["socket.io's retries", 'roomful'], async (contender) => {
    const person = await people[contender]()
    const started = performance.now()
    await Promise.all(Array.from({ length: MESSAGES }, (_, n) => person.say(`message ${n}`)))
    const seconds = (performance.now() - started) / 1000
    person.lose()
    return { 'messages a second': MESSAGES / seconds }
  })
}

async function slowly(kind: 'plain' | 'rooms') {
  const link = await createProxy({ target: await startServer(kind) })
  link.delay(ONE_WAY_MS)
  return () => (kind === 'plain' ? plainPerson(link.url) : roomfulPerson(link.url))
}
