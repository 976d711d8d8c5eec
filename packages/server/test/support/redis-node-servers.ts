import type { AnyContract } from '@roomful/contract'
import { expect, onTestFinished } from 'vitest'
import type { RoomsOptions } from '../../src/index.ts'
import { clientOf, type ClientPackage } from './redis-clients.ts'
import { emptyRedisLog, newPrefix } from './redis-logs.ts'
import type { RedisServer } from './redis-server.ts'
import { type Client, type Running, startRooms } from './start-rooms.ts'

/**
 * Servers of two nodes that share one Redis, without a Socket.IO adapter. Each uses another package for Redis. `link`: where the
 * second one connects to Redis.
 */
export async function startRedisNodes<C extends AnyContract>(
  redis: RedisServer,
  options: RoomsOptions<C>,
  link: { readonly url: string } = redis,
): Promise<{ readonly one: Running<C>; readonly two: Running<C> }> {
  const prefix = newPrefix()
  const start = async (name: ClientPackage, to: typeof link): Promise<Running<C>> => {
    const log = await emptyRedisLog({ client: clientOf(name, to), prefix })
    const running = await startRooms<C>({ ...options, log })
    onTestFinished(() => running.rooms.close())
    return running
  }
  return { one: await start('redis', redis), two: await start('ioredis', link) }
}

/** Connects a user, who joins the room `general`. */
export async function enter({ connect }: Pick<Running<AnyContract>, 'connect'>, id: string): Promise<Client> {
  const client = await connect({ id })
  await expect.poll(async () => (await client.join('general')).ok).toBe(true)
  return client
}
