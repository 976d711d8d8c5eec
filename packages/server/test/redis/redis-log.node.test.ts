import { beforeAll } from 'vitest'
import { describeLog } from '../log-suite.ts'
import { clientOf, clientPackages } from '../support/redis-clients.ts'
import { emptyRedisLog, NEIGHBOR } from '../support/redis-logs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})

for (const name of clientPackages)
  describeLog(
    `redis log by ${name}`,
    (options) => emptyRedisLog({ client: clientOf(name, server), ...options }),
    NEIGHBOR,
  )
