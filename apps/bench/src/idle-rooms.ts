import { setTimeout as pause } from 'node:timers/promises'
import { median } from './median.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { BenchRedis } from './redis-process.ts'
import { rounded, type Table } from './rounds.ts'

const ROOMS = isQuick ? 2_000 : 10_000
const ROOMS_EACH = 50
/** Each node reads the heads and the members' versions of its rooms once in this time. */
const CHECK_MS = 10_000
const CHECKS = isQuick ? 2 : 6

/** What rooms cost that have members and no messages: a node compares them with Redis every 10 s. */
export async function idleRooms(): Promise<Table> {
  const columns = { 'no rooms': 0, [`${ROOMS} rooms`]: ROOMS }
  const groups = await Promise.all(Object.values(columns).map(createGroup))
  const measured = groups.map(() => [] as Record<string, number>[])
  for (let check = 0; check < CHECKS; check += 1) {
    const results = await Promise.all(groups.map(measure))
    for (const [index, result] of results.entries()) measured[index]?.push(result)
  }
  const rows = Object.keys(measured[0]?.[0] ?? {})
  const table: Table = {}
  for (const row of rows) {
    const medians = measured.map((results) => rounded(median(results.map((result) => result[row] ?? Number.NaN))))
    table[row] = Object.fromEntries(Object.keys(columns).map((column, index) => [column, medians[index] ?? Number.NaN]))
  }
  return table
}

type Group = Awaited<ReturnType<typeof createGroup>>

async function createGroup(roomCount: number) {
  const redis = await BenchRedis.start()
  const rooms = await RawRoom.start('rooms', roomCount / ROOMS_EACH, { redis: redis.url })
  for (const [index, member] of rooms.members.entries())
    for (let n = 0; n < ROOMS_EACH; n += 1) await rooms.protocol.join(member, `room ${index * ROOMS_EACH + n}`, true)
  await pause(CHECK_MS) // everything of the joins is over, and read once
  return { redis, rooms }
}

async function measure({ redis, rooms }: Group): Promise<Record<string, number>> {
  const used = await redis.measure()
  const before = await rooms.cpuMs()
  await pause(CHECK_MS)
  const cpuMs = (await rooms.cpuMs()) - before
  const ofRedis = await used()
  return {
    'CPU of the node in 10 s, ms': cpuMs,
    'CPU of Redis in 10 s, ms': ofRedis.cpuMs,
    'scripts in 10 s': ofRedis.scripts,
    'to Redis in 10 s, kB': ofRedis.bytesIn / 1_000,
    'from Redis in 10 s, kB': ofRedis.bytesOut / 1_000,
  }
}
