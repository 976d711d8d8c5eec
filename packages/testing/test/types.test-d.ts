import '@roomful/testing/vitest'
import { createMockServer, type MockServer, type Packet } from '@roomful/testing'
import { serverInPage } from '@roomful/testing/vite'
import type { Server, Socket } from 'socket.io'
import type { Plugin } from 'vite'
import { assertType, expect, expectTypeOf, test } from 'vitest'

interface ToServer {
  order: (what: string, answer: (id: number) => void) => void
}
interface ToClient {
  news: (text: string) => void
}

test('io has the type of the real server with its event maps', () => {
  const server = createMockServer<ToServer, ToClient>({ url: 'https://chat.example' })
  expectTypeOf(server.io).toEqualTypeOf<Server<ToServer, ToClient>>()
  server.io.on('connection', (socket) => {
    expectTypeOf(socket).toEqualTypeOf<Socket<ToServer, ToClient>>()
    // @ts-expect-error -- no such event
    socket.emit('order', 'tea')
  })
  server.kick((socket) => socket.handshake.auth['name'] === 'ann')
})

test('without event maps io accepts every event, as Socket.IO does', () => {
  const server = createMockServer({ url: 'https://chat.example' })
  expectTypeOf(server).toEqualTypeOf<MockServer>()
  server.io.emit('anything', 1)
})

test('options, filters and matchers refuse wrong types', () => {
  // @ts-expect-error -- url is required
  createMockServer({})
  // @ts-expect-error -- no such profile
  createMockServer({ url: 'https://chat.example', profile: 'django' })
  const server = createMockServer({
    url: 'https://chat.example',
    profile: 'flask',
    seed: 1,
    options: { pingInterval: 5 },
  })
  server.dropNext('order')
  server.dropNext((packet) => {
    expectTypeOf(packet).toEqualTypeOf<Packet>()
    return packet.direction === 'toServer'
  })
  // @ts-expect-error -- a filter returns a boolean
  server.dropNext(() => 'order')
  expect(server).toHaveEmitted('order', { what: 'tea' })
  expect(server).not.toHaveJoined('general')
  // @ts-expect-error -- an event is required
  expect(server).toHaveEmitted()
})

test('the plugin has the type of a Vite plugin', () => {
  assertType<Plugin>(serverInPage())
})
