import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './bench-server.ts'
import { createRoomfulClient, type RoomClient } from './room-client.ts'
import { rounds, type Table } from './rounds.ts'

const BATCH_SIZE = 64
const BATCHES = 10

/** Confirmed messages a second, sent 64 at a time: with a log in memory and with a log in a file. */
export async function publishes(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const clients = {
    'memory log': await createClients(),
    'SQLite log': await createClients(join(folder, 'rooms.db')),
  }
  return rounds(7, ['memory log', 'SQLite log'], async (contender) => {
    const { one, all, apart } = clients[contender]
    return {
      '64 of one sender': await perSecond(Array.from({ length: BATCH_SIZE }, () => one)),
      'one each of 64 senders, in one room': await perSecond(all),
      'one each of 64 senders, in 64 rooms': await perSecond(apart),
    }
  })
}

async function createClients(file?: string) {
  const { url } = await startServer('rooms', file === undefined ? {} : { file })
  const senders = (roomOf: (n: number) => string): Promise<RoomClient[]> =>
    Promise.all(Array.from({ length: BATCH_SIZE }, (_, n) => createRoomfulClient(url, roomOf(n))))
  return {
    one: await createRoomfulClient(url, 'one'),
    all: await senders(() => 'all'),
    apart: await senders((n) => `room ${n}`),
  }
}

async function perSecond(senders: readonly RoomClient[]): Promise<number> {
  const started = performance.now()
  for (let batch = 0; batch < BATCHES; batch += 1)
    await Promise.all(senders.map((sender, n) => sender.send(`message ${batch} ${n}`)))
  return (BATCHES * senders.length) / ((performance.now() - started) / 1000)
}
