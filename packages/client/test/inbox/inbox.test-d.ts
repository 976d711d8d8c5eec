import { createClient, createTimeline, defineContract, type Gap, type Inbox, type MessageMeta } from '@roomful/client'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const contract = defineContract({
  serverToClient: { news: z.string() },
  room: { message: z.string() },
  inbox: { note: z.object({ at: z.string().transform((text) => new Date(text)) }), ping: {} },
  user: z.object({ id: z.string(), name: z.string() }),
})
type Chat = typeof contract
const url = 'http://localhost'
const client = createClient({ url, contract, autoConnect: false })
const untyped = createClient({ url, autoConnect: false })
const mapped = createClient<{ note: (data: { text: string }) => void }>({ url, autoConnect: false })

test('IN5 the inbox hears the events of its section of the contract', () => {
  expectTypeOf(client.inbox).toEqualTypeOf<Inbox<Chat>>()
  client.inbox.on('note', (data, meta) => {
    expectTypeOf(data).toEqualTypeOf<{ at: Date }>()
    expectTypeOf(meta).toEqualTypeOf<MessageMeta<Chat>>()
  })
  client.inbox.on('ping', (data) => expectTypeOf(data).toEqualTypeOf<void>())
  client.inbox.on('gap', (gap) => expectTypeOf(gap).toEqualTypeOf<Gap>())
  // @ts-expect-error an event of rooms
  client.inbox.on('message', () => {})
  // @ts-expect-error an event of the client
  client.inbox.on('news', () => {})
  // @ts-expect-error an event of the inbox
  client.room('general').on('note', () => {})
  // @ts-expect-error only the server writes to it
  void client.inbox.emit
  // @ts-expect-error it is joined by itself
  void client.inbox.leave
})

test('IN5 history and timelines have its messages', async () => {
  for (const message of (await client.inbox.history()).messages) {
    if (message.event === 'note') expectTypeOf(message.data).toEqualTypeOf<{ at: Date }>()
    else expectTypeOf(message.event).toEqualTypeOf<'ping'>()
  }
  const timeline = createTimeline(client.inbox, 'note')
  for (const entry of timeline.state.getState().entries)
    if (entry.kind === 'message') {
      if (!entry.isRedacted) expectTypeOf(entry.data).toEqualTypeOf<{ at: Date }>()
      expectTypeOf(entry.from).toEqualTypeOf<{ id: string; name: string } | undefined>()
    }
  expectTypeOf(timeline).not.toHaveProperty('send')
  // @ts-expect-error an event of rooms
  createTimeline(client.inbox, 'message')
})

test('IN5 without a contract it has any event, and with Socket.IO maps those of the server', () => {
  untyped.inbox.on('anything', (data: { x: number }) => data)
  mapped.inbox.on('note', (data) => expectTypeOf(data).toEqualTypeOf<{ text: string }>())
  // @ts-expect-error not in the map
  mapped.inbox.on('nota', () => {})
})
