import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './bench-server.ts'
import { type Person, roomfulPerson } from './person.ts'
import { rounds, type Table } from './rounds.ts'

const TOGETHER = 64
const TIMES = 10

/** Messages a second that arrive 64 at a time, until each is confirmed: by a log in memory, and by one in a file. */
export async function publishes(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const people = {
    'memory log': await crowd(),
    'SQLite log': await crowd(join(folder, 'rooms.db')),
  }
  return rounds(7, ['memory log', 'SQLite log'], async (contender) => {
    const { one, all, apart } = people[contender]
    return {
      '64 of one sender': await perSecond(Array.from({ length: TOGETHER }, () => one)),
      'one each of 64 senders, in one room': await perSecond(all),
      'one each of 64 senders, in 64 rooms': await perSecond(apart),
    }
  })
}

async function crowd(file?: string) {
  const { url } = await startServer('rooms', file === undefined ? {} : { file })
  const senders = (roomOf: (n: number) => string): Promise<Person[]> =>
    Promise.all(Array.from({ length: TOGETHER }, (_, n) => roomfulPerson(url, roomOf(n))))
  return {
    one: await roomfulPerson(url, 'one'),
    all: await senders(() => 'all'),
    apart: await senders((n) => `room ${n}`),
  }
}

async function perSecond(senders: readonly Person[]): Promise<number> {
  const started = performance.now()
  for (let time = 0; time < TIMES; time += 1)
    await Promise.all(senders.map((sender, n) => sender.say(`message ${time} ${n}`)))
  return (TIMES * senders.length) / ((performance.now() - started) / 1000)
}
