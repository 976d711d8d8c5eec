import { hash } from 'node:crypto'
import type { RedisScript } from './redis-connection.ts'

export function createScript(source: string): RedisScript {
  return { source, sha: hash('sha1', source) }
}
