import { createMockServer } from '@roomful/testing'
import { io as connectTo } from 'socket.io-client'
import { describe, onTestFinished, test } from 'vitest'
import { cases } from './cases.ts'
import type { Carrier } from './stage.ts'

const open: Carrier['open'] = async (options = {}) => {
  const { io, url, listen, close } = createMockServer({ url: 'https://chat.example', options })
  onTestFinished(close)
  await listen()
  return { io, url }
}

/** The cases in a page, where the server is too. */
export function playInPage(): void {
  describe.each(['websocket', 'polling'])('%s', (transport) => {
    test.each(cases)('%s', (_, expectToHold) => expectToHold({ open, connectTo, transports: [transport] }))
  })
}
