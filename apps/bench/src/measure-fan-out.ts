import type { RawRoom } from './raw-room.ts'
import type { BenchRedis } from './redis-process.ts'
import type { Measured } from './rounds.ts'

export interface FanOut {
  readonly room: string
  readonly messages: number
  readonly inFlight: number
  /** Its CPU time is measured too. */
  readonly redis?: BenchRedis
  /** The members may have different orders: their number is measured. */
  readonly mayMisorder?: boolean
}

/** Sends messages to all members of a room, each of whom must have each message once. */
export async function measureFanOut(rooms: RawRoom, fanOut: FanOut): Promise<Measured> {
  const { room, messages, inFlight, redis, mayMisorder = false } = fanOut
  const members = rooms.members.length
  const deliveries = messages * members
  const used = await redis?.measure()
  const before = await rooms.cpuMs()
  const ownBefore = process.cpuUsage()
  const { seconds, latencies, incomplete, misordered } = await rooms.send(room, messages, inFlight)
  const { user, system } = process.cpuUsage(ownBefore)
  const cpuMs = (await rooms.cpuMs()) - before
  const ofRedis = await used?.()
  if (incomplete > 0) throw new Error(`${incomplete} members had a message missing or repeated`)
  if (misordered > 0 && !mayMisorder) throw new Error(`${misordered} members had another order than the others`)
  const sorted = Float64Array.from(latencies).toSorted()
  const perDelivery = (ms: number): number => (ms * 1_000) / deliveries
  return {
    'deliveries a second': deliveries / seconds,
    [`CPU of the ${redis ? 'servers' : 'server'}, µs a delivery`]: perDelivery(cpuMs),
    ...(ofRedis && { 'CPU of Redis, µs a delivery': perDelivery(ofRedis.cpuMs) }),
    ...(ofRedis && { 'CPU of servers and Redis, µs a delivery': perDelivery(cpuMs + ofRedis.cpuMs) }),
    'p50, ms': sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    'p99, ms': sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    'CPU of the members, µs a delivery': (user + system) / deliveries,
    ...(mayMisorder && { 'members with another order, of 100': (100 * misordered) / members }),
  }
}

/** The cases of several measurements in one table. */
export function named(name: string, measured: Measured): Measured {
  return Object.fromEntries(Object.entries(measured).map(([row, value]) => [`${name}: ${row}`, value]))
}
