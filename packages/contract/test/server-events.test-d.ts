import {
  type ClientToServerEvents,
  type EventName,
  type ServerToClient,
  type ServerToClientEvents,
} from '@roomful/contract'
import { Server } from 'socket.io'
import { describe, expectTypeOf, test } from 'vitest'
import type { Chat } from './support/chat.ts'

describe("a contract as Socket.IO's own maps", () => {
  const server = new Server<ClientToServerEvents<Chat>, ServerToClientEvents<Chat>>()

  test('a socket gets the input, and answers with the input', () => {
    server.on('connection', (socket) => {
      socket.on('message', (text) => expectTypeOf(text).toEqualTypeOf<string>())
      socket.on('ping', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
      socket.on('whoami', (ack) => ack({ userId: 'u' }))
      socket.on('search', (data, ack) => {
        expectTypeOf(data).toEqualTypeOf<{ text: string; limit?: number | undefined }>()
        ack({ at: 'now' })
        // @ts-expect-error the answer travels as the schema's input
        ack({ at: new Date() })
      })
      socket.on('note', (text) => expectTypeOf(text).toEqualTypeOf<string | undefined>())
      socket.on('remark', (text, ack) => {
        expectTypeOf(text).toEqualTypeOf<string | undefined>()
        ack(true)
      })
      socket.on('typed', (data) => expectTypeOf(data).toEqualTypeOf<{ a: 1 }>())
      // @ts-expect-error unknown event
      socket.on('whoareyou', () => {})
    })
  })
  test('the server emits the input', () => {
    server.emit('response_event', { message: 'x' })
    server.emit('tick')
    server.emit('stamp', '2020-01-01')
    server.to('general').emit('valibot', '1')
    // @ts-expect-error the output is not the input
    server.emit('stamp', new Date())
    // @ts-expect-error no data wanted
    server.emit('tick', 1)
    // @ts-expect-error unknown event
    server.emit('tock')
    expectTypeOf<ServerToClientEvents<Chat>['stamp']>().toEqualTypeOf<(data: string) => void>()
  })
  test('a socket asks a client, and gets the input of the ack', () => {
    server.on('connection', async (socket) => {
      expectTypeOf(await socket.emitWithAck('question', 'who?')).toEqualTypeOf<string>()
      expectTypeOf(await socket.timeout(1).emitWithAck('ready')).toEqualTypeOf<boolean>()
      expectTypeOf(await server.timeout(1).emitWithAck('question', 'who?')).toEqualTypeOf<string[]>()
    })
    expectTypeOf<ServerToClientEvents<Chat>['seen']>().toEqualTypeOf<(ack: (answer: void) => void) => void>()
  })
  test('the names are those of the contract', () => {
    expectTypeOf<keyof ServerToClientEvents<Chat>>().toEqualTypeOf<EventName<ServerToClient<Chat>>>()
    expectTypeOf<ClientToServerEvents<Chat>['whoami']>().toEqualTypeOf<
      (ack: (answer: { userId: string }) => void) => void
    >()
  })
})
