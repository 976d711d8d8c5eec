import { expect, onTestFinished } from 'vitest'
import type { RoomLog } from '../../src/index.ts'
import { redisLog, type RedisLogOptions } from '../../src/redis.ts'
import { partitionOf } from '../../src/redis/room-keys.ts'

let last = 0

/** A prefix that no other log has. */
export function newPrefix(): string {
  return `test-${(last += 1)}`
}

/** A connected log without rooms, closed with the test. Invalid options throw at once. */
export function emptyRedisLog(options: RedisLogOptions): Promise<RoomLog> {
  const log = redisLog({ prefix: newPrefix(), ...options })
  onTestFinished(() => log.close?.())
  return connected(log)
}

export async function connected(log: RoomLog): Promise<RoomLog> {
  await expect.poll(async () => await Promise.resolve(log.check?.()).then(() => 'ready', String)).toBe('ready')
  return log
}

/** Another room in the partition of `general`. */
export const NEIGHBOR: string = Array.from({ length: 1_000 }, (_, index) => `room ${index}`).find(
  (room) => partitionOf(room) === partitionOf('general'),
) as string
