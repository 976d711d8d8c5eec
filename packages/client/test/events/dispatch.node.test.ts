import { type Client, createClient, defineContract } from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { recordInspect, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

async function connected(options: Parameters<typeof startClient>[1] = {}) {
  const server = await startServer()
  const client = startClient(server.url, options)
  await client.connect()
  return { server, client, push: (event: string, ...args: unknown[]) => void server.io.emit(event, ...args) }
}

test('DS1 listeners are called in the order in which they were added; a removed one is not called', async () => {
  const { client, push } = await connected()
  const received: string[] = []
  const off = client.on('news', () => received.push('a'))
  client.on('news', () => {
    received.push('b')
    offLast()
  })
  const offLast = client.on('news', () => received.push('c'))
  client.once('news', () => received.push('once'))
  push('news')
  push('news')
  await expect.poll(() => received).toEqual(['a', 'b', 'once', 'a', 'b'])
  off()
  off()
  push('news')
  await expect.poll(() => received.slice(5)).toEqual(['b'])
})

test('DS1 the same handler twice is two subscriptions', async () => {
  const { client, push } = await connected()
  const handler = vi.fn<() => void>()
  const off = client.on('news', handler)
  client.on('news', handler)
  push('news')
  await expect.poll(() => handler.mock.calls).toHaveLength(2)
  off()
  push('news')
  await expect.poll(() => handler.mock.calls).toHaveLength(3)
})

test("DS2 a listener, a store's listener, `inspect` or `onError` that throws disturbs nothing else and is reported", async () => {
  const onError = vi.fn<(error: unknown, source: string) => void>(() => {
    throw new Error('onError too')
  })
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => quiet.mockRestore())
  const inspect = vi.fn<() => void>(() => {
    throw new Error('inspect')
  })
  const server = await startServer()
  const client = startClient(server.url, { onError, inspect })
  client.connection.subscribe(() => {
    throw new Error('store')
  })
  const received = vi.fn<(text: string) => void>()
  client.on('news', () => {
    throw new Error('listener')
  })
  client.on('news', received)
  await client.connect()
  server.io.emit('news', 'hello')
  await expect.poll(() => received.mock.calls).toEqual([['hello']])
  const sources = new Set(onError.mock.calls.map(([, source]) => source))
  expect(sources).toEqual(new Set(['inspect', 'store', 'news']))
})

test('DS3 an event that the contract refuses reaches no handler and is reported', async () => {
  const onInvalid = vi.fn<(error: Error, from: object) => void>()
  const { events, inspect } = recordInspect()
  const server = await startServer()
  const contract = defineContract({
    serverToClient: { news: z.object({ n: z.number() }), tick: {} },
    room: { said: z.object({ text: z.string() }) },
  })
  const client = createClient({ url: server.url, contract, onInvalid, inspect })
  onTestFinished(client.disconnect)
  const received: unknown[] = []
  client.on('news', (data) => received.push(data))
  client.on('tick', (...args: unknown[]) => received.push(args))
  await client.connect()
  server.io.emit('news', { n: 'one' })
  server.io.emit('news', 'nothing like it', 2)
  server.io.emit('without a listener', { any: 'thing' })
  server.io.emit('tick')
  server.io.emit('news', { n: 2, more: 'is left out' })
  await expect.poll(() => received).toEqual([[], { n: 2 }])
  expect(onInvalid.mock.calls.map(([error, from]) => [error.message.slice(0, 23), from])).toEqual([
    ['invalid data for "news"', { event: 'news' }],
    ['invalid data for "news"', { event: 'news' }],
  ])
  expect(events.filter(({ type }) => type === 'drop')).toHaveLength(2)
})

test('DS5 under a contract a listener of an unknown event is refused with the known ones', async () => {
  const contract = defineContract({ serverToClient: { news: z.number() }, room: { said: z.string() } })
  const client = createClient({ url: 'http://localhost', contract, autoConnect: false }) as unknown as Client
  expect(() => client.on('nws', () => {})).toThrow(/unknown event "nws": the contract's serverToClient events are news/)
  expect(() => client.room('a').on('sad', () => {})).toThrow(/the contract's room events are said/)
})

test('DS3 by default a dropped event warns on the console', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const server = await startServer()
  const client = createClient({
    url: server.url,
    contract: defineContract({ serverToClient: { news: z.number() } }),
  })
  onTestFinished(client.disconnect)
  client.on('news', () => {})
  await client.connect()
  server.io.emit('news', 'one')
  await expect.poll(() => warn.mock.calls).toHaveLength(1)
  expect(warn.mock.calls[0]?.join(' ')).toMatch(/roomful dropped an event: invalid data for "news"/)
})

test('DS8 `inspect` gets each change of state, each packet out and in, and each ack, in order', async () => {
  const { events, inspect } = recordInspect()
  const server = await startServer({
    configure: (io) => io.on('connection', (socket) => socket.on('ask', (ack: (n: number) => void) => ack(7))),
  })
  const client = startClient(server.url, { inspect })
  await client.connect()
  await client.emitWithAck('ask')
  server.io.emit('news', 1)
  await expect.poll(() => events.at(-1)?.type).toBe('in')
  client.disconnect()
  const short = events.map((event) => {
    if (event.type === 'connection') return `${event.from.status} → ${event.to.status}`
    return 'event' in event ? `${event.type} ${event.event}` : event.type
  })
  expect(short).toEqual([
    'idle → connecting',
    'connecting → connected',
    'out ask',
    'ack ask',
    'in news',
    'connected → disconnected',
  ])
})
