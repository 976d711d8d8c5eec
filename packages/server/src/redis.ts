export type { RedisClientLike } from './redis/connection/create-connection.ts'
