import { createMockServer } from '@roomful/testing'
import { io as connectTo } from 'socket.io-client'
import { describe, onTestFinished, test } from 'vitest'
import { cases } from './cases.ts'
import type { Setup } from './harness.ts'

const startServer: Setup['startServer'] = async (options = {}) => {
  const { io, url, listen, close } = createMockServer({ url: 'https://chat.example', options })
  onTestFinished(close)
  await listen()
  return { io, url }
}

/** Runs the cases in a page, with the server in the same page. */
export function testInPage(): void {
  describe.each(['websocket', 'polling'])('%s', (transport) => {
    test.each(cases)('%s', (_, expectBehaviour) => expectBehaviour({ startServer, connectTo, transports: [transport] }))
  })
}
