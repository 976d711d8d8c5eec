import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchServer, startServer } from './bench-server.ts'
import { named } from './measure-fan-out.ts'
import { BenchRedis } from './redis-process.ts'
import { createRoomfulClient, type RoomClient } from './room-client.ts'
import { type Measured, rounds, type Table } from './rounds.ts'
import type { ServerSettings } from './serve.ts'

const BATCH_SIZE = 64
const BATCHES = 10

interface Senders {
  readonly server: BenchServer
  /** By the name of the case, 64 senders each. */
  readonly cases: Readonly<Record<string, readonly RoomClient[]>>
  readonly redis?: BenchRedis | undefined
}

/** Confirmed messages a second, sent 64 at a time: with a log in memory and with a log in a file. */
export async function publishes(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return await compare('SQLite log', await createSenders({ file: join(folder, 'rooms.db') }))
}

/** The same with a log in Redis, which one server uses. */
export async function redisPublishes(): Promise<Table> {
  const redis = await BenchRedis.start()
  return await compare('Redis log', await createSenders({ redis: redis.url }, redis))
}

async function compare(name: string, senders: Senders): Promise<Table> {
  const memory = await createSenders({})
  return rounds<string>(7, ['memory log', name], async (contender) => {
    const { server, cases, redis } = contender === 'memory log' ? memory : senders
    const measured: Record<string, number> = {}
    for (const [row, clients] of Object.entries(cases))
      Object.assign(measured, named(row, await measure(server, clients, redis)))
    return measured
  })
}

async function createSenders(settings: ServerSettings, redis?: BenchRedis): Promise<Senders> {
  const server = await startServer('rooms', settings)
  const create = (room: string): Promise<RoomClient> => createRoomfulClient(server.url, room)
  const senders = (roomOf: (n: number) => string): Promise<RoomClient[]> =>
    Promise.all(Array.from({ length: BATCH_SIZE }, (_, n) => create(roomOf(n))))
  const one = await create('one')
  return {
    server,
    redis,
    cases: {
      '64 of one sender': Array.from({ length: BATCH_SIZE }, () => one),
      'one each of 64 senders, in one room': await senders(() => 'all'),
      'one each of 64 senders, in 64 rooms': await senders((n) => `room ${n}`),
    },
  }
}

async function measure(server: BenchServer, senders: readonly RoomClient[], redis?: BenchRedis): Promise<Measured> {
  const used = await redis?.measure()
  const before = await server.request('cpu')
  const started = performance.now()
  for (let batch = 0; batch < BATCHES; batch += 1)
    await Promise.all(senders.map((sender, n) => sender.send(`message ${batch} ${n}`)))
  const seconds = (performance.now() - started) / 1_000
  const cpuMs = (await server.request('cpu')) - before
  const messages = BATCHES * senders.length
  const perMessage = (ms: number): number => (ms * 1_000) / messages
  return {
    'a second': messages / seconds,
    'CPU of the server, µs': perMessage(cpuMs),
    'CPU of server and Redis, µs': perMessage(cpuMs + ((await used?.())?.cpuMs ?? 0)),
  }
}
