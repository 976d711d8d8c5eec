import { createClient } from 'redis'
import { logError } from './logs.ts'

export type Redis = ReturnType<typeof createRedisClient>

const CONNECT_TIMEOUT_MS = 5000
const RETRY_MS = 500
/** Commands that wait for an answer; beyond them a command is refused. */
const MAX_COMMANDS = 1000

/** Connects to Redis. Later the connection comes back by itself; commands are refused meanwhile. @throws Error with one line. */
export async function connectRedis(url: string): Promise<Redis> {
  let isConnected = false
  const client = createRedisClient(url, () => isConnected && RETRY_MS)
  client.on('error', (error: unknown) => {
    if (isConnected) logError(error, { during: 'nodes' })
  })
  try {
    await client.connect()
  } catch (cause) {
    client.destroy()
    // The address may have a password: only its host is named.
    throw new Error(`Redis at ${new URL(url).host} cannot be used: ${(cause as Error).message}`, { cause })
  }
  isConnected = true
  return client
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the types of the package depend on its options
function createRedisClient(url: string, reconnectStrategy: () => number | false) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_COMMANDS,
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy },
  })
}
