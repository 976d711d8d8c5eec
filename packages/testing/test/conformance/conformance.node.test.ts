import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMockServer } from '@roomful/testing'
import { Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { describe, onTestFinished, test } from 'vitest'
import { cases } from './cases.ts'
import type { Carrier } from './stage.ts'

const overTcp: Carrier['open'] = async (options) => {
  const web = createServer().listen(0, '127.0.0.1')
  await once(web, 'listening')
  const io = new Server(web, options)
  onTestFinished(async () => {
    await io.close()
  })
  return { io, url: `http://127.0.0.1:${(web.address() as AddressInfo).port}` }
}

const overMemory =
  (url: string): Carrier['open'] =>
  async (options = {}) => {
    const { io, listen, close } = createMockServer({ url, options })
    onTestFinished(close)
    await listen()
    return { io, url }
  }

const WAYS = [['websocket'], ['polling'], ['polling', 'websocket']]

describe.each([
  { carrier: 'TCP', open: overTcp, ways: WAYS },
  { carrier: 'memory', open: overMemory('http://chat.example'), ways: WAYS },
  { carrier: 'memory as TLS', open: overMemory('https://chat.example:8443'), ways: [['polling', 'websocket']] },
])('over $carrier', ({ open, ways }) => {
  describe.each(ways.map((transports) => ({ transports, way: transports.join(' then ') })))(
    '$way',
    ({ transports }) => {
      test.each(cases)('%s', (_, expectToHold) => expectToHold({ open, connectTo, transports }))
    },
  )
})
