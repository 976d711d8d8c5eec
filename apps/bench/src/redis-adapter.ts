import { createAdapter as createPubSubAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { createClient } from 'redis'
import type { ServerOptions } from 'socket.io'
import type { ServerSettings } from './serve.ts'

/** More than a benchmark sends: with a shorter stream, clients that were away longer are not recovered. */
const MAX_LENGTH = 200_000

/** An adapter of Socket.IO over Redis, as its page describes it. */
export async function redisAdapter(
  url: string,
  adapter: Required<ServerSettings>['adapter'],
): Promise<ServerOptions['adapter']> {
  const client = createClient({ url, RESP: 2 })
  client.on('error', console.error)
  await client.connect()
  if (adapter === 'streams') return createStreamsAdapter(client, { maxLen: MAX_LENGTH }) as ServerOptions['adapter']
  const subscriber = client.duplicate()
  subscriber.on('error', console.error)
  await subscriber.connect()
  return createPubSubAdapter(client, subscriber) as ServerOptions['adapter']
}
