import { messageOf, unavailable } from './unavailable.ts'
import type { RedisClient } from './redis-client.ts'
import type { RedisScript } from '../redis-connection.ts'

interface Wanted {
  readonly isCluster: boolean
  readonly scripts: readonly RedisScript[]
}

/** Loads the scripts, before any other command of the connection. Rejects with a sentence where the server cannot be used. */
export async function prepareServer(client: RedisClient, { isCluster, scripts }: Wanted): Promise<void> {
  const loaded = Promise.all(scripts.map(({ source }) => client.send(['SCRIPT', 'LOAD', source])))
  const [info] = await Promise.all([readInfo(client), loaded.catch(withoutScripts)])
  for (const { sha } of scripts.slice(0, 1)) await tryScript(client, sha)
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '7').split('.').map(Number)
  if (isCluster && major < 7)
    throw unavailable(
      `a cluster must run Redis 7 or later, for sharded channels (SPUBLISH); this one is ${major}.${minor}`,
    )
  if (major < 6 || (major === 6 && minor < 2))
    throw unavailable(`the server must run Redis 6.2 or later; this one is ${major}.${minor}`)
  if (!isCluster && info.get('cluster_enabled') === '1')
    throw unavailable('the server belongs to a cluster: give redisLog a client of the cluster')
  if (info.get('role') === 'slave') throw unavailable('the server is a replica: the log needs the primary')
  const policy = info.get('maxmemory_policy') ?? (await configuredPolicy(client))
  if (policy === undefined) warnOnce(POLICY_UNKNOWN)
  else if (policy.startsWith('allkeys'))
    throw unavailable(
      `the server deletes keys when its memory is full (maxmemory-policy ${policy}), and so would lose messages: set it to noeviction`,
    )
}

const POLICY_UNKNOWN =
  'redisLog: the server does not tell its maxmemory-policy. With allkeys-* it would delete messages when its memory is full: set it to noeviction'

const warned = new Set<string>()

/** Warns of each kind once in a process. */
export function warnOnce(sentence: string, kind: string = sentence): void {
  if (warned.has(kind)) return
  warned.add(kind)
  process.emitWarning(sentence, 'RoomfulWarning')
}

async function readInfo(client: RedisClient): Promise<ReadonlyMap<string, string>> {
  try {
    const lines = String(await client.send(['INFO'])).split('\r\n')
    return new Map(lines.map((line) => line.split(':', 2) as [string, string]))
  } catch (error) {
    if (isDenied(error)) return new Map()
    throw error
  }
}

async function configuredPolicy(client: RedisClient): Promise<string | undefined> {
  try {
    const answer = await client.send(['CONFIG', 'GET', 'maxmemory-policy'])
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined
  } catch {
    // Many services have no CONFIG.
    return undefined
  }
}

async function tryScript(client: RedisClient, sha: string): Promise<void> {
  try {
    await client.send(['EVALSHA', sha, '0'])
  } catch (error) {
    if (isDenied(error)) withoutScripts(error)
    // The script ran, and failed without its keys.
  }
}

function withoutScripts(error: unknown): never {
  if (!isDenied(error)) throw error
  throw unavailable(
    `the user may not run scripts (${messageOf(error)}): allow it EVALSHA and SCRIPT LOAD, with an ACL like +@all -@admin +script`,
    error,
  )
}

/** The user lacks a permission, or the service has no such command. */
function isDenied(error: unknown): boolean {
  return /^NOPERM|unknown (?:sub)?command|not allowed/i.test(messageOf(error))
}
