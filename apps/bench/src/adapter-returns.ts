import { setTimeout as pause } from 'node:timers/promises'
import { type BenchServer, startServer } from './bench-server.ts'
import { named } from './measure-fan-out.ts'
import { isQuick } from './options.ts'
import { BenchRedis } from './redis-process.ts'
import { createPlainClient, createRoomfulClient, type RoomClient } from './room-client.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const ROUNDS = isQuick ? 2 : 5
/** How many return at once. */
const CLIENTS = 5
const MISSED = 20
/** How many messages other rooms had meanwhile. */
const ELSEWHERE = isQuick ? [0, 5_000] : [0, 10_000, 50_000]
/** So many are sent before the next ones; the adapter has written them by then. */
const CHUNK = 1_000
const STREAM = 'socket.io'
const [PEER, OURS] = ['redis-streams-adapter', 'roomful'] as const

interface Group {
  readonly server: BenchServer
  readonly redis: BenchRedis
  /** Each returns once, so that what it reads stays the same. */
  readonly clients: RoomClient[]
}

/** What a client costs that returns to its room and has missed 20 messages there, by the number of messages in other rooms. */
export async function adapterReturns(): Promise<Table> {
  const groups: Record<string, Record<number, Group>> = { [PEER]: {}, [OURS]: {} }
  for (const [contender, byElsewhere] of Object.entries(groups))
    for (const elsewhere of ELSEWHERE) byElsewhere[elsewhere] = await createGroup(contender === PEER, elsewhere)
  return rounds(ROUNDS, [PEER, OURS], async (contender) => {
    const measured: Record<string, number> = {}
    for (const elsewhere of ELSEWHERE) {
      const group = groups[contender]?.[elsewhere] as Group
      Object.assign(measured, named(`${elsewhere.toLocaleString('en')} elsewhere`, await costOfReturn(group)))
    }
    return measured
  })
}

async function createGroup(isPlain: boolean, elsewhere: number): Promise<Group> {
  const redis = await BenchRedis.start()
  const settings = { redis: redis.url }
  // A history makes the plain server recover connections.
  const server = isPlain
    ? await startServer('plain', { ...settings, adapter: 'streams', history: 1 })
    : await startServer('rooms', settings)
  const create = isPlain ? createPlainClient : createRoomfulClient
  const clients: RoomClient[] = []
  for (let n = 0; n < (ROUNDS + 1) * CLIENTS; n += 1) clients.push(await create(server.url))
  await Promise.all([receiveAll(clients, 1), server.request({ send: 1 })])
  await disconnectAll(server, clients)
  await server.request({ send: MISSED })
  for (let sent = 0; sent < elsewhere; sent += CHUNK) {
    await server.request({ send: CHUNK, room: 'elsewhere' })
    while (isPlain && Number(await redis.command('XLEN', STREAM)) < sent + CHUNK) await pause(5)
  }
  return { server, redis, clients }
}

async function costOfReturn({ server, redis, clients: disconnected }: Group): Promise<Measured> {
  const clients = disconnected.splice(0, CLIENTS)
  const used = await redis.measure()
  const before = await server.request('cpu')
  await Promise.all([receiveAll(clients, MISSED), ...clients.map((client) => client.reconnect())])
  const cpuMs = (await server.request('cpu')) - before
  const ofRedis = await used()
  await disconnectAll(server, clients)
  return {
    'CPU of the node, ms': cpuMs / CLIENTS,
    'CPU of Redis, ms': ofRedis.cpuMs / CLIENTS,
    'read from Redis, kB': ofRedis.bytesOut / CLIENTS / 1_000,
  }
}

async function disconnectAll(server: BenchServer, clients: readonly RoomClient[]): Promise<void> {
  for (const client of clients) client.disconnect()
  while ((await server.request('clients')) > 0) await pause(10)
}

function receiveAll(clients: readonly RoomClient[], count: number): Promise<unknown> {
  return Promise.all(clients.map((client) => client.receive(count)))
}
