import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { otelTracing } from '@roomful/client/otel'
import { wire } from '@roomful/contract/protocol'
import { createRooms, refuse } from '@roomful/server'
import { otelTracing as otelTracingOfServer } from '@roomful/server/otel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineContract, roomful, typeOnly } from '@roomful/client'
import { rejection, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const contract = defineContract({ room: { message: typeOnly<{ text: string }>() } })
const inner = trace.getTracer('the app')

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

/** The SDK itself, with one exporter for each side. */
function provider() {
  const exporter = new InMemorySpanExporter()
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('test')
  return { tracer, spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans() }
}

/** A promise that the test settles. */
function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}

interface Item {
  readonly traceparent?: unknown
}

async function start({ isClientTraced = true, isServerTraced = true } = {}) {
  const [client, server] = [provider(), provider()]
  const handled: string[] = []
  const items: Item[] = []
  const release = gate()
  const running = await startServer({
    configure: (io) => {
      io.on('connection', (socket) =>
        socket.on(wire.publish, (request: { items: Item[] }) => void items.push(...request.items)),
      )
      const tracing = isServerTraced ? { tracing: otelTracingOfServer({ tracer: server.tracer }) } : {}
      const rooms = createRooms(io, { contract, onError: () => {}, ...tracing })
      rooms.handle('message', async ({ data: { text } }) => {
        await new Promise(setImmediate)
        handled.push(text)
        if (text === 'hangs' && handled.length === 1) await release.opened
        server.tracer.startSpan('query of the app').end()
        if (text === 'spam') throw refuse('SPAM', 'no advertising')
      })
    },
  })
  const { url } = running
  const tracing = isClientTraced ? { tracing: otelTracing({ tracer: client.tracer }) } : {}
  const room = startClient(url, { rooms: roomful(tracing) }).room('general')
  await room.join()
  return { client, server, url, io: () => running.io, release, room, handled, items }
}

describe('OB21 OpenTelemetry', () => {
  test('a span goes from room.emit to the handler, and is the parent of what the handler starts', async () => {
    const { client, server, room } = await start()
    const page = client.tracer.startSpan('click')
    await context.with(trace.setSpan(context.active(), page), async () => await room.emit('message', { text: 'hi' }))
    page.end()
    const [sent] = client.spans()
    const [query, processed] = server.spans()
    expect([sent?.name, processed?.name, query?.name]).toEqual(['send message', 'process message', 'query of the app'])
    expect(sent?.parentSpanContext?.spanId).toBe(page.spanContext().spanId)
    expect(processed?.parentSpanContext?.spanId).toBe(sent?.spanContext().spanId)
    expect(query?.parentSpanContext?.spanId).toBe(processed?.spanContext().spanId)
    for (const span of [sent, processed, query]) expect(span?.spanContext().traceId).toBe(page.spanContext().traceId)
  })

  test('each message of a batch has its own span', async () => {
    const { client, server, room } = await start()
    await Promise.all(['a', 'b', 'c'].map((text) => room.emit('message', { text })))
    const sent = client.spans().map((span) => span.spanContext().spanId)
    const parents = server
      .spans()
      .flatMap(({ name, parentSpanContext }) => (name === 'process message' ? [parentSpanContext?.spanId] : []))
    expect(new Set(sent).size).toBe(3)
    expect(parents).toEqual(sent)
  })

  test('spans say how a refused message ended, and hold no data and no user', async () => {
    const { client, server, room } = await start()
    await rejection(room.emit('message', { text: 'spam' }))
    const [sent] = client.spans()
    const processed = server.spans().find(({ name }) => name === 'process message')
    expect(sent?.status.message).toBe('no advertising')
    expect(processed?.attributes).toMatchObject({ 'messaging.destination.name': 'general', 'roomful.refusal': 'SPAM' })
    expect(processed?.status.code).toBe(0)
    const text = JSON.stringify([sent?.attributes, processed?.attributes])
    expect(text).not.toContain('spam')
  })

  test('a message that is sent again after a lost connection has one span, with the same traceparent', async () => {
    const { client, io, release, room, items, handled } = await start()
    const emitted = room.emit('message', { text: 'hangs' })
    await expect.poll(() => handled.length).toBe(1)
    for (const { conn } of io().sockets.sockets.values()) conn.close()
    await expect.poll(() => items.length).toBe(2)
    release.open()
    await emitted
    expect(client.spans()).toHaveLength(1)
    expect(items[0]?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
    expect(items[1]?.traceparent).toBe(items[0]?.traceparent)
  })

  test('a client without tracing sends no traceparent; the server begins a trace', async () => {
    const { server, room, items } = await start({ isClientTraced: false })
    await room.emit('message', { text: 'hi' })
    expect(items.every((item) => !('traceparent' in item))).toBe(true)
    const processed = server.spans().find(({ name }) => name === 'process message')
    expect(processed).toBeDefined()
    expect(processed?.parentSpanContext).toBeUndefined()
  })

  test('a server without tracing takes the messages of a client with it', async () => {
    const { client, server, room } = await start({ isServerTraced: false })
    expect(await room.emit('message', { text: 'hi' })).toMatchObject({ confirmed: true })
    expect(client.spans()).toHaveLength(1)
    expect(server.spans().map(({ name }) => name)).toEqual(['query of the app'])
  })

  test('without an SDK no traceparent is sent, and messages go all the same', async () => {
    expect(inner.startSpan('none').spanContext().traceId).toBe('0'.repeat(32))
    const { url, items } = await start()
    items.length = 0
    const room = startClient(url, { rooms: roomful({ tracing: otelTracing() }) }).room('general')
    await room.join()
    await room.emit('message', { text: 'hi' })
    expect(items).toHaveLength(1)
    expect(items[0]).not.toHaveProperty('traceparent')
  })
})
