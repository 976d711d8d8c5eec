import type { ClientOptions } from '@roomful/client'
import { configure } from '@testing-library/react'
import { startClient } from '../../../client/test/support/test-client.ts'
import { type PlainScript, startPlain } from '../../../client/test/rooms/support/plain-server.ts'
import { createHooks } from '../../src/index.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy

/** A plain server, a client of it, and the client's hooks. */
export async function start(options: Partial<ClientOptions> = {}, script: PlainScript = {}) {
  const server = await startPlain(script)
  const client = startClient(server.url, options)
  return { server, client, hooks: createHooks(client) }
}

/** Counts the subscriptions that are made with `on` from now on, and those that are not ended. */
export function countSubscriptions<T extends { on: (...args: never[]) => () => void }>(target: T) {
  const { on } = target
  const counts = { added: 0, left: 0 }
  target.on = ((...args: never[]) => {
    counts.added += 1
    counts.left += 1
    const off = on(...args)
    return () => {
      counts.left -= 1
      off()
    }
  }) as T['on']
  return counts
}
