import { createRooms } from '@roomful/server'
import { redisLog } from '@roomful/server/redis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import type { Server } from 'socket.io'
import { checkBy, contract } from './own-limiter.ts'

type Client = Awaited<ReturnType<typeof connectRedis>>

/** With `disableOfflineQueue` a check fails at once while Redis is away. Otherwise each message would wait for it. */
export function connectRedis(url: string) {
  return createClient({ url, disableOfflineQueue: true }).on('error', console.error).connect()
}

/** 100 messages a minute, on whichever nodes the user has connections. */
export function serveNode(io: Server, client: Client) {
  const limiter = { storeClient: client, useRedisPackage: true, keyPrefix: 'messages', points: 100, duration: 60 }
  return createRooms(io, {
    contract,
    log: redisLog({ client }),
    rateCheck: checkBy(new RateLimiterRedis(limiter)),
    authenticate: ({ auth }) => ({ id: String(auth['name']) }),
  })
}
