import type { Client, ClientOptions, OnDrop } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, startClient, until } from '../support/test-client.ts'
import { startServer, type TestServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

let warn = vi.spyOn(console, 'warn')
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const refusing = { configure: (io: TestServer['io']) => void io.use((_socket, next) => next(new Error('no'))) }

type Stop = readonly [
  how: string,
  stop: (options?: Partial<ClientOptions>) => Promise<{ client: Client; server: TestServer }>,
]

async function connected(options?: Partial<ClientOptions>) {
  const server = await startServer()
  const client = startClient(server.url, options)
  await client.connect()
  return { client, server }
}

/** Each way in which a client stops, so that only `connect()` connects again. */
const stops: readonly Stop[] = [
  [
    'disconnect()',
    async (options) => {
      const started = await connected(options)
      started.client.disconnect()
      return started
    },
  ],
  [
    'a kick',
    async (options) => {
      const started = await connected(options)
      started.server.kickAll()
      await until(started.client, 'disconnected')
      return started
    },
  ],
  [
    'a refusal',
    async (options) => {
      const server = await startServer(refusing)
      const client = startClient(server.url, options)
      void client.connect()
      await until(client, 'disconnected')
      return { client, server }
    },
  ],
  [
    'the last attempt',
    async (options) => {
      const server = await startServer()
      await server.close()
      const client = startClient(server.url, { ...options, reconnect: { attempts: 0 } })
      void client.connect()
      await until(client, 'disconnected')
      return { client, server }
    },
  ],
  [
    'close()',
    async (options) => {
      const started = await connected(options)
      started.client.close()
      return started
    },
  ],
]

describe.each(stops)('EM8 after %s', (_how, stop) => {
  test('emit and send return false, throw nothing, and report each event', async () => {
    expectNothingUncaught()
    const onDrop = vi.fn<OnDrop>()
    const { inspect, ofType } = recordInspect()
    const { client } = await stop({ onDrop, inspect })
    expect([client.emit('viewed', { id: 1 }), client.send('bye')]).toEqual([false, false])
    const error = expect.objectContaining({ code: 'DISCONNECTED' }) as unknown
    expect(onDrop.mock.calls).toEqual([[{ event: 'viewed', error }], [{ event: 'message', error }]])
    expect(ofType('drop')).toMatchObject([
      { direction: 'out', event: 'viewed', error: { code: 'DISCONNECTED' } },
      { direction: 'out', event: 'message', error: { code: 'DISCONNECTED' } },
    ])
    expect(warn).not.toHaveBeenCalled()
  })

  test('volatile.emit returns false, and only `inspect` gets it', async () => {
    const onDrop = vi.fn<OnDrop>()
    const { inspect, ofType } = recordInspect()
    const { client } = await stop({ onDrop, inspect })
    expect([client.volatile.emit('cursor', 1), client.room('general').volatile.emit('cursor', 2)]).toEqual([
      false,
      false,
    ])
    expect(ofType('drop').map(({ event }) => event)).toEqual(['cursor', 'cursor'])
    expect(onDrop).not.toHaveBeenCalled()
  })

  test('room.emit and room.send reject, and each message is reported', async () => {
    expectNothingUncaught()
    const onDrop = vi.fn<OnDrop>()
    const { client } = await stop({ onDrop })
    const room = client.room('general')
    await expect(room.emit('m', {})).rejects.toMatchObject({ code: 'NOT_MEMBER' })
    void client.join('general')
    await expect(room.send({})).rejects.toMatchObject({ code: 'DISCONNECTED' })
    expect(onDrop.mock.calls.map(([{ event, room: name, error }]) => [event, name, error.code])).toEqual([
      ['m', 'general', 'NOT_MEMBER'],
      ['message', 'general', 'DISCONNECTED'],
    ])
  })

  test('development warns once, until the next connect', async () => {
    const { client } = await stop()
    for (let n = 0; n < 5; n += 1) client.emit('ping', n)
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^roomful dropped "ping": .+; |^roomful dropped "ping": the client is closed/)],
    ])
  })

  test('production warns of nothing', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { client } = await stop()
    client.emit('ping')
    expect(warn).not.toHaveBeenCalled()
  })

  test('a programming error throws as ever', async () => {
    const { client } = await stop()
    expect(() => client.emit('connect')).toThrow('reserved')
    expect(() => client.emit('ask', () => {})).toThrow('use emitWithAck')
  })
})

describe('EM8 after an outage', () => {
  test('development warns again in the next one', async () => {
    const { client } = await connected()
    for (let outage = 1; outage <= 2; outage += 1) {
      client.disconnect()
      client.emit('a')
      client.emit('b')
      expect(warn).toHaveBeenCalledTimes(outage)
      await client.connect()
    }
  })

  test('emits are sent again from connect() on', async () => {
    const received: unknown[] = []
    const server = await startServer({
      configure: (io) => io.on('connection', (socket) => socket.onAny((event) => received.push(event))),
    })
    const client = startClient(server.url, { onDrop: () => {} })
    await client.connect()
    client.disconnect()
    expect(client.emit('dropped')).toBe(false)
    void client.connect()
    expect(client.emit('queued')).toBe(true)
    await eventually(() => expect(received).toEqual(['queued']))
  })
})

describe('EM8 an interval that emits', () => {
  test('survives a kick and an outage longer than the queue, without an error', async () => {
    expectNothingUncaught()
    const server = await startServer({
      configure: (io) => io.on('connection', (socket) => setTimeout(() => socket.disconnect(), 20)),
    })
    const { inspect, ofType } = recordInspect()
    const client = startClient(server.url, { queueLimit: 5, onDrop: () => {}, inspect })
    let sent = 0
    const interval = setInterval(() => client.emit('my_ping', ++sent), 1)
    try {
      await until(client, 'disconnected', ({ reason }) => reason === 'kicked')
      await server.close()
      void client.connect()
      const isFull = () => ofType('drop').some(({ error }) => error?.code === 'QUEUE_FULL')
      await eventually(() => expect(isFull()).toBe(true))
      const before = sent
      await eventually(() => expect(sent).toBeGreaterThan(before + 5))
    } finally {
      clearInterval(interval)
    }
    expect(client.outbox.getState().queued).toBe(5)
  })
})

describe('EM1 a full queue', () => {
  test('drops and reports what is emitted, sent or asked, and warns once', async () => {
    const { inspect, ofType } = recordInspect()
    const client = startClient('http://127.0.0.1:9', { autoConnect: false, queueLimit: 1, inspect })
    expect([client.emit('a'), client.emit('b'), client.send('c')]).toEqual([true, false, false])
    await expect(client.emitWithAck('d')).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    void client.join('general')
    await expect(client.room('general').send({})).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    expect(ofType('drop').map(({ event, error }) => [event, error?.code])).toEqual(
      ['b', 'message', 'd', 'message'].map((event) => [event, 'QUEUE_FULL']),
    )
    expect(warn.mock.calls.filter(([text]) => String(text).includes('dropped'))).toHaveLength(1)
  })
})

describe('DS2 onDrop', () => {
  test('that throws is reported, and the emit returns false', async () => {
    const errors: [unknown, string][] = []
    const oops = new Error('oops')
    const { client } = await connected({
      onDrop: () => {
        throw oops
      },
      onError: (error, source) => errors.push([error, source]),
    })
    client.disconnect()
    expect(client.emit('a')).toBe(false)
    expect(errors).toEqual([[oops, 'onDrop']])
  })
})
