import { createClient, defineContract, type InspectEvent, type OnDrop, plainRooms } from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { recordInspect, rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A server that keeps what it receives, and answers a few requests. */
async function start(options: Parameters<typeof startClient>[1] = {}) {
  const received: unknown[][] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((...args: unknown[]) => received.push(args.filter((arg) => typeof arg !== 'function')))
        socket.on('none', (ack: () => void) => ack())
        socket.on('echo', (data: unknown, ack: (data: unknown) => void) => ack(data))
        socket.on('pair', (ack: (a: number, b: string) => void) => ack(1, 'two'))
        socket.on('no', (ack: (answer: unknown) => void) =>
          ack({ $error: { code: 'FORBIDDEN', message: 'not you', data: { why: 'because' } } }),
        )
      }),
  })
  return { server, received, client: startClient(server.url, options) }
}

test('EM1 EM2 emits are queued while not connected, and sent in order when connected again', async () => {
  const { server, received, client } = await start()
  client.emit('first', 1)
  client.send('second')
  await expect
    .poll(() => received)
    .toEqual([
      ['first', 1],
      ['message', 'second'],
    ])
  await server.close()
  await until(client, 'reconnecting')
  for (let n = 0; n < 20; n += 1) client.emit('n', n)
  received.length = 0
  await server.restart()
  await expect.poll(() => received).toEqual(Array.from({ length: 20 }, (_, n) => ['n', n]))
})

test('EM1 an emit beyond queueLimit is dropped and reported, and the queue is still sent', async () => {
  const onDrop = vi.fn<OnDrop>()
  const { received, client } = await start({ autoConnect: false, queueLimit: 3, onDrop })
  for (let n = 0; n < 3; n += 1) expect(client.emit('n', n)).toBe(true)
  expect(client.emit('n', 3)).toBe(false)
  expect(onDrop.mock.calls).toEqual([
    [{ event: 'n', error: expect.objectContaining({ code: 'QUEUE_FULL' }) as unknown }],
  ])
  expect(onDrop.mock.calls[0]?.[0].error.message).toBe('"n" was not sent: 3 emits are queued (queueLimit)')
  expect(await rejection(client.emitWithAck('echo', 1))).toMatchObject({ code: 'QUEUE_FULL' })
  await client.connect()
  await expect
    .poll(() => received)
    .toEqual([
      ['n', 0],
      ['n', 1],
      ['n', 2],
    ])
})

test('EM3 volatile emits while not connected are dropped and not sent later', async () => {
  const { events, inspect } = recordInspect()
  const { received, client } = await start({ inspect })
  client.volatile.emit('cursor', { x: 1 })
  await client.connect()
  client.volatile.emit('cursor', { x: 2 })
  client.emit('end')
  await expect.poll(() => received).toEqual([['cursor', { x: 2 }], ['end']])
  const dropped = events.filter((event): event is InspectEvent & { type: 'drop' } => event.type === 'drop')
  expect(dropped).toMatchObject([{ direction: 'out', event: 'cursor', reason: 'volatile, and not connected' }])
})

test('EM4 EM5 an ack has no value, one, or several that stay together', async () => {
  const { client } = await start()
  expect(await client.emitWithAck('none')).toBeUndefined()
  expect(await client.emitWithAck('echo', { a: [1] })).toEqual({ a: [1] })
  expect(await client.emitWithAck('pair')).toEqual([1, 'two'])
})

test('EM4 emitWithAck rejects with TIMEOUT without an answer, also where it was not sent', async () => {
  const { client, server } = await start()
  await client.connect()
  const asked = rejection(client.timeout(20).emitWithAck('no answer'))
  expect(await asked).toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('may or may not have been handled') as string,
  })
  await server.close()
  await until(client, 'reconnecting')
  const queued = rejection(client.with({ timeoutMs: 20 }).emitWithAck('echo', 1))
  expect(await queued).toMatchObject({
    code: 'TIMEOUT',
    message: '"echo" was not sent within 20 ms: not connected, or its room is not joined',
  })
})

test('EM4 emitWithAck rejects with DISCONNECTED if the connection ends first: the outcome is unknown', async () => {
  const { client, server, received } = await start()
  await client.connect()
  const asked = rejection(client.emitWithAck('no answer'))
  await expect.poll(() => received).toHaveLength(1)
  server.io.sockets.sockets.forEach((socket) => socket.conn.close())
  expect(await asked).toMatchObject({
    code: 'DISCONNECTED',
    message: expect.stringContaining('may or may not have been handled') as string,
  })
})

test('EM4 an abort rejects with its reason before the call, while queued, and after it was sent', async () => {
  const { client, received } = await start({ autoConnect: false })
  const reason = new Error('changed my mind')
  const before = client.with({ signal: AbortSignal.abort(reason) }).emitWithAck('echo', 1)
  expect(await rejection(before)).toBe(reason)

  const waiting = new AbortController()
  const queued = rejection(client.with({ signal: waiting.signal }).emitWithAck('echo', 2))
  waiting.abort(reason)
  expect(await queued).toBe(reason)

  await client.connect()
  const asking = new AbortController()
  const asked = rejection(client.with({ signal: asking.signal }).emitWithAck('no answer'))
  await expect.poll(() => received).toEqual([['no answer']])
  asking.abort(reason)
  expect(await asked).toBe(reason)
})

test('EM6 a refusal is $error or what refusalOf returns; a refusalOf that throws is INTERNAL', async () => {
  const { client } = await start({
    rooms: plainRooms({
      refusalOf: (ack) => {
        if (ack === 'boom') throw new Error('mine')
        return ack === 'refused' ? { code: 'NO', message: 'no means no' } : undefined
      },
    }),
  })
  expect(await rejection(client.emitWithAck('no'))).toMatchObject({
    code: 'FORBIDDEN',
    message: 'not you',
    refusal: { code: 'FORBIDDEN', message: 'not you', data: { why: 'because' } },
  })
  expect(await rejection(client.emitWithAck('echo', 'refused'))).toMatchObject({ code: 'NO', message: 'no means no' })
  expect(await rejection(client.emitWithAck('echo', 'boom'))).toMatchObject({ code: 'INTERNAL' })
  const slow = await start({ rooms: plainRooms({ refusalOf: (async () => undefined) as never }) })
  expect(await rejection(slow.client.emitWithAck('echo', 1))).toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('EM7 what goes out is checked and sent as given; an ack is parsed, and one of the wrong shape is INVALID', async () => {
  const { server, received } = await start()
  const contract = defineContract({
    clientToServer: {
      note: z.object({ at: z.string().transform((text) => new Date(text)) }),
      echo: { data: z.string().optional(), ack: z.string().transform(Number) },
    },
  })
  const client = createClient({ url: server.url, contract })
  onTestFinished(client.disconnect)
  client.emit('note', { at: '2026-11-23' })
  await expect.poll(() => received).toEqual([['note', { at: '2026-11-23' }]])
  expect(await client.emitWithAck('echo', '42')).toBe(42)
  // Without data the handler finds its ack all the same; it answers null, which is no string.
  expect(await rejection(client.emitWithAck('echo'))).toMatchObject({ code: 'INVALID', event: 'echo' })
  expect(() => client.emit('note', { at: 1 } as never)).toThrow(/invalid data for "note": at:/)
  const { emit } = client as unknown as { emit: (event: string) => void }
  expect(() => emit('nope')).toThrow(/unknown event "nope": the contract's clientToServer events are note/)
})

test('EM7 queued data is sent as it was when it was given, and binary as it is', async () => {
  const { client, received } = await start({ autoConnect: false })
  const data = { text: 'as given', at: new Date(0), bytes: new Uint8Array([1, 2]) }
  client.emit('note', data)
  data.text = 'changed'
  await client.connect()
  await expect.poll(() => received).toHaveLength(1)
  expect(received[0]).toEqual([
    'note',
    { text: 'as given', at: '1970-01-01T00:00:00.000Z', bytes: expect.any(Uint8Array) },
  ])
})

test('EM4 a call with an aborted signal does nothing', async () => {
  const { client } = await start()
  const signal = AbortSignal.abort(new Error('too late'))
  expect(await rejection(client.connect({ signal }))).toBe(signal.reason)
  expect(await rejection(client.with({ signal }).emitWithAck('echo', 1))).toBe(signal.reason)
  expect(await rejection(client.join('general', { signal }))).toBe(signal.reason)
  expect(client.status).toBe('idle')
  expect(client.room('general').status).toBe('left')
})

test('EM8 disconnect() drops the queue and reports each event; later emits are dropped until connect()', async () => {
  const { ofType, inspect } = recordInspect()
  const { client, received } = await start({ autoConnect: false, inspect })
  client.emit('never')
  const asked = rejection(client.emitWithAck('echo', 1))
  client.disconnect()
  expect(await asked).toMatchObject({ code: 'DISCONNECTED' })
  expect(ofType('drop').map(({ event }) => event)).toEqual(['never', 'echo'])
  expect(client.emit('late')).toBe(false)
  expect(ofType('drop').at(-1)).toMatchObject({
    event: 'late',
    error: { code: 'DISCONNECTED', message: 'not connected (client); connect() connects again' },
  })
  expect(await rejection(client.emitWithAck('echo', 1))).toMatchObject({ code: 'DISCONNECTED' })
  await client.connect()
  client.emit('again')
  await expect.poll(() => received).toEqual([['again']])
})

test('EM9 data that cannot be encoded fails its own call, connected or not, and delays nothing else', async () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const { client, received } = await start({ autoConnect: false })
  expect(() => client.emit('circle', circle)).toThrow('the data of "circle" cannot be encoded')
  client.emit('behind', 1)
  const asked = rejection(client.emitWithAck('echo', 1n))
  await client.connect()
  await expect.poll(() => received).toEqual([['behind', 1]])
  expect(await asked).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(() => client.emit('circle', circle)).toThrow('the data of "circle" cannot be encoded')
  expect(await client.emitWithAck('echo', 2)).toBe(2)
})

test('DS5 reserved names and callbacks are refused with a sentence that says the alternative', async () => {
  const { client } = await start({ autoConnect: false })
  expect(() => client.on('connect', () => {})).toThrow(/reserved by Socket.IO: use client.connection/)
  expect(() => client.emit('disconnect')).toThrow(/reserved by Socket.IO/)
  expect(() => client.emit(42 as unknown as string)).toThrow("an event's name must be a string, got 42")
  expect(() => client.emit('ask', () => {})).toThrow(/use emitWithAck/)
  expect(await rejection(client.timeout(Number.NaN).emitWithAck('x'))).toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('CN9 an emitWithAck that the app does not await is no unhandled rejection', async () => {
  const unhandled = vi.fn<(error: unknown) => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const { client } = await start()
  void client.timeout(1).emitWithAck('no answer')
  void client.join('')
  void client.connect({ signal: AbortSignal.abort() })
  await client.emitWithAck('none')
  await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled).not.toHaveBeenCalled()
})
