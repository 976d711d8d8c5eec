import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMockServer } from '@roomful/testing'
import { Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { describe, onTestFinished, test } from 'vitest'
import { cases } from './cases.ts'
import type { Setup } from './harness.ts'

const startOnTcp: Setup['startServer'] = async (options) => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const io = new Server(http, options)
  onTestFinished(async () => {
    await io.close()
  })
  return { io, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

const startInMemory =
  (url: string): Setup['startServer'] =>
  async (options = {}) => {
    const { io, listen, close } = createMockServer({ url, options })
    onTestFinished(close)
    await listen()
    return { io, url }
  }

const ALL_TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']]

describe.each([
  { network: 'TCP', startServer: startOnTcp, transportLists: ALL_TRANSPORTS },
  { network: 'memory', startServer: startInMemory('http://chat.example'), transportLists: ALL_TRANSPORTS },
  {
    network: 'memory as TLS',
    startServer: startInMemory('https://chat.example:8443'),
    transportLists: [['polling', 'websocket']],
  },
])('over $network', ({ startServer, transportLists }) => {
  describe.each(transportLists.map((transports) => ({ transports, names: transports.join(' then ') })))(
    '$names',
    ({ transports }) => {
      test.each(cases)('%s', (_, expectBehaviour) => expectBehaviour({ startServer, connectTo, transports }))
    },
  )
})
