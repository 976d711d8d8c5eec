import { measureFanOut, named } from './measure-fan-out.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { BenchRedis } from './redis-process.ts'
import { rounds, type Table } from './rounds.ts'

const MEMBERS = isQuick ? 201 : 999
const MESSAGES: Readonly<Record<number, number>> = isQuick ? { 8: 80, 32: 128 } : { 8: 120, 32: 192 }

/** The same room on one node and on three, all with a log in Redis. Members of three nodes are a third each. */
export async function nodes(): Promise<Table> {
  const groups = { 'one node': await createGroup(1), 'three nodes': await createGroup(3) }
  return rounds(
    5,
    ['one node', 'three nodes'],
    async (contender) => {
      const { redis, rooms } = groups[contender]
      const measured: Record<string, number> = {}
      for (const inFlight of [8, 32]) {
        const messages = MESSAGES[inFlight] ?? 0
        const fanOut = await measureFanOut(rooms, { room: 'general', messages, inFlight, redis })
        Object.assign(measured, named(`${inFlight} in flight`, fanOut))
      }
      return measured
    },
    { goals: { '8 in flight: CPU of servers and Redis, µs a delivery': '≤ 1.25' } },
  )
}

async function createGroup(count: number) {
  const redis = await BenchRedis.start()
  const rooms = await RawRoom.start('rooms', MEMBERS, { redis: redis.url }, count)
  await rooms.join('general', () => true)
  return { redis, rooms }
}
