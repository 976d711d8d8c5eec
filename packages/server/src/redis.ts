export { redisLog } from './redis/create-redis-log.ts'
export type { RedisLogOptions } from './redis/create-redis-log.ts'
export type { RedisClientLike } from './redis/connection/create-connection.ts'
