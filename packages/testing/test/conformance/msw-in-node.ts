import { createMockServer } from '@roomful/testing'
import { handlersOf } from '@roomful/testing/msw'
import { setupServer } from 'msw/node'
import { afterAll, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { cases } from './cases.ts'
import type { Carrier } from './stage.ts'

/**
 * The cases over the WebSocket of a page, where msw stands before it: as in a test that resolves Socket.IO's client for
 * browsers. Such a client keeps the WebSocket that it finds when it is imported.
 */
export async function playOverMsw(): Promise<void> {
  globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket // Node 20 has none
  const worker = setupServer()
  worker.listen({ onUnhandledRequest: 'error' })
  afterAll(() => worker.close())
  const client = await import('socket.io-client')

  const open: Carrier['open'] = async (options = {}) => {
    const server = createMockServer({ url: 'https://chat.example', options })
    worker.use(...handlersOf(server))
    onTestFinished(async () => {
      worker.resetHandlers()
      await server.close()
    })
    return { io: server.io, url: server.url }
  }
  test.each(cases)('%s', (_, expectToHold) =>
    expectToHold({ open, connectTo: client.io, transports: [client.WebSocket] }),
  )
}
