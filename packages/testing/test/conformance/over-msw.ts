import { createMockServer } from '@roomful/testing'
import { handlersOf } from '@roomful/testing/msw'
import { setupServer } from 'msw/node'
import { afterAll, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { cases } from './cases.ts'
import type { Setup } from './harness.ts'

/**
 * Runs the cases through msw, with the global `WebSocket`: as in a test that uses the browser build of Socket.IO's client.
 * That client takes `WebSocket` when it is imported, so it is imported after msw has replaced it.
 */
export async function testOverMsw(): Promise<void> {
  globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket // Node 20 has no WebSocket
  const worker = setupServer()
  worker.listen({ onUnhandledRequest: 'error' })
  afterAll(() => worker.close())
  const client = await import('socket.io-client')

  const startServer: Setup['startServer'] = async (options = {}) => {
    const server = createMockServer({ url: 'https://chat.example', options })
    worker.use(...handlersOf(server))
    onTestFinished(async () => {
      worker.resetHandlers()
      await server.close()
    })
    return { io: server.io, url: server.url }
  }
  test.each(cases)('%s', (_, expectBehaviour) =>
    expectBehaviour({ startServer, connectTo: client.io, transports: [client.WebSocket] }),
  )
}
