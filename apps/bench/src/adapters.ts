import type { ServerKind } from './bench-server.ts'
import { measureFanOut, named } from './measure-fan-out.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { BenchRedis } from './redis-process.ts'
import { type Measured, rounds, type Table } from './rounds.ts'
import type { ServerSettings } from './serve.ts'

const NODES = 3
const MEMBERS = isQuick ? 201 : 999
/** By how many messages are in flight: how many are sent in a round. */
const MESSAGES: Readonly<Record<number, number>> = isQuick ? { 1: 30, 8: 80 } : { 1: 30, 8: 120 }
const OURS = 'roomful'
const PEERS: Readonly<Record<string, ServerSettings['adapter']>> = {
  'redis-adapter': 'pub/sub',
  'redis-streams-adapter': 'streams',
}

/** Messages from members of a room to all of its 999 members on three nodes, against each adapter of Socket.IO. */
export async function adapters(): Promise<Table> {
  const ours = await createGroup('rooms', {})
  let table: Table = {}
  for (const [peer, adapter] of Object.entries(PEERS)) {
    const theirs = await createGroup('plain', adapter === undefined ? {} : { adapter })
    const measured = await rounds(
      5,
      [peer, OURS],
      async (contender) => named(peer, await measure(contender === OURS ? ours : theirs, contender !== OURS)),
      { goals: { [`${peer}, 8 in flight: deliveries a second`]: '≥ 3' } },
    )
    // Both peers are in one column.
    const rows = Object.entries(measured).map(([row, { [peer]: value = '', ...rest }]) => [
      row,
      { peer: value, ...rest },
    ])
    table = { ...table, ...(Object.fromEntries(rows) as Table) }
    await theirs.stop()
  }
  return table
}

async function measure({ redis, rooms }: Group, mayMisorder: boolean): Promise<Measured> {
  const measured: Record<string, number> = {}
  for (const inFlight of [1, 8]) {
    const messages = MESSAGES[inFlight] ?? 0
    const fanOut = await measureFanOut(rooms, { room: 'general', messages, inFlight, redis, mayMisorder })
    Object.assign(measured, named(`${inFlight} in flight`, fanOut))
  }
  return measured
}

type Group = Awaited<ReturnType<typeof createGroup>>

async function createGroup(kind: ServerKind, settings: ServerSettings) {
  const redis = await BenchRedis.start()
  const rooms = await RawRoom.start(kind, MEMBERS, { redis: redis.url, ...settings }, NODES)
  await rooms.join('general', () => true)
  const stop = async (): Promise<void> => {
    for (const server of rooms.servers) await server.kill()
  }
  return { redis, rooms, stop }
}
