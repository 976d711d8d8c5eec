import { type Client, createClient, defineContract, RoomfulError, type ServerToClientEvents } from '@roomful/client'
import type { Server } from 'socket.io'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { recordInspect, recordStatuses, soon, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const contract = defineContract({
  serverToClient: {
    unlock: { data: z.object({ vin: z.number() }), ack: z.object({ ok: z.number() }) },
    version: { ack: z.string().transform((text) => text.length) },
    seen: { data: z.string(), ack: z.void() },
    told: z.object({ vin: z.number() }),
  },
})
type Typed = Server<Record<string, never>, ServerToClientEvents<typeof contract>>

/** A server, and a client with the contract that is connected to it. */
async function start() {
  const server = await startServer()
  const { inspect, ofType } = recordInspect()
  const onError = vi.fn<(error: unknown, source: string) => void>()
  const client = createClient({ url: server.url, contract, reconnect: soon, inspect, onError })
  onTestFinished(client.close)
  await client.connect()
  const io = server.io as unknown as Typed
  const dropped = () => ofType('drop').map(({ direction, event, reason }) => [direction, event, reason])
  return { io, server, client, ofType, onError, dropped, ask: () => io.timeout(300) }
}

describe('DS10 a listener of an event with an ack in the contract returns the answer', () => {
  test('at once, later, without data, to one socket and to all', async () => {
    const { io, client, ask, ofType } = await start()
    client.on('unlock', ({ vin }) => ({ ok: vin }))
    client.on('version', async () => '1.0')
    const [socket] = await io.fetchSockets()
    expect(await socket!.timeout(300).emitWithAck('unlock', { vin: 7 })).toEqual({ ok: 7 })
    expect(await ask().emitWithAck('unlock', { vin: 8 })).toEqual([{ ok: 8 }])
    expect(await ask().emitWithAck('version')).toEqual(['1.0']) // the input of the schema travels
    expect(ofType('answer').map(({ event, args }) => [event, args])).toEqual([
      ['unlock', [{ ok: 7 }]],
      ['unlock', [{ ok: 8 }]],
      ['version', ['1.0']],
    ])
  })

  test('by a callback of an older server, and where the server wants no answer', async () => {
    const { io, server, client } = await start()
    const heard: number[] = []
    client.on('unlock', ({ vin }) => {
      heard.push(vin)
      return { ok: vin }
    })
    const answer = new Promise((resolve) => {
      for (const socket of server.io.sockets.sockets.values()) socket.emit('unlock', { vin: 1 }, resolve)
    })
    expect(await answer).toEqual({ ok: 1 })
    server.io.emit('unlock', { vin: 2 })
    expect(await io.timeout(300).emitWithAck('unlock', { vin: 3 })).toEqual([{ ok: 3 }])
    expect(heard).toEqual([1, 2, 3])
  })

  test('once, and no more after the listener is removed', async () => {
    const { client, ask } = await start()
    client.once('version', () => 'once')
    expect(await ask().emitWithAck('version')).toEqual(['once'])
    await expect(ask().emitWithAck('version')).rejects.toThrow('timed out')
  })

  test('an answer that came early is sent when the client is connected', async () => {
    const server = await startServer({
      configure: (io) =>
        io.on('connection', (socket) => socket.emit('unlock', { vin: 5 }, (answer: unknown) => answers.push(answer))),
    })
    const answers: unknown[] = []
    const client = createClient({ url: server.url, contract })
    onTestFinished(client.close)
    await client.connect()
    client.on('unlock', ({ vin }) => ({ ok: vin }))
    await expect.poll(() => answers).toEqual([{ ok: 5 }])
  })

  test('nothing, where the ack of the contract may be nothing: the answer says that the event was handled', async () => {
    const { client, ask } = await start()
    client.on('seen', async () => {})
    expect(await ask().emitWithAck('seen', 'a')).toEqual([undefined])
  })
})

describe('DS11 more than one listener', () => {
  test('the first value is the answer; a second warns once in development', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { client, ask } = await start()
    const logged: number[] = []
    client.on('unlock', ({ vin }) => void logged.push(vin))
    client.on('unlock', async ({ vin }) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { ok: -vin }
    })
    client.on('unlock', ({ vin }) => ({ ok: vin }))
    expect(await ask().emitWithAck('unlock', { vin: 1 })).toEqual([{ ok: 1 }])
    expect(await ask().emitWithAck('unlock', { vin: 2 })).toEqual([{ ok: 2 }])
    await expect
      .poll(() => warn.mock.calls.flat())
      .toEqual(['roomful: more than one listener answers "unlock"; the server gets the first answer only'])
    expect(logged).toEqual([1, 2])
  })

  test('one that throws does not stand in the way of one that answers later', async () => {
    const { client, ask, onError } = await start()
    const boom = new Error('boom')
    client.on('unlock', () => {
      throw boom
    })
    client.on('unlock', async ({ vin }) => ({ ok: vin }))
    expect(await ask().emitWithAck('unlock', { vin: 4 })).toEqual([{ ok: 4 }])
    expect(onError.mock.calls).toEqual([[boom, 'unlock']])
  })
})

describe('DS12 without an answer', () => {
  test.each<[what: string, listener: () => unknown, refusal: { code: string; message: unknown }]>([
    [
      'a listener that throws',
      () => {
        throw new Error('secret')
      },
      { code: 'INTERNAL', message: "the client's listener failed" },
    ],
    [
      'a listener that rejects',
      () => Promise.reject(new Error('secret')),
      { code: 'INTERNAL', message: "the client's listener failed" },
    ],
    [
      'a listener that refuses with a code',
      () => {
        throw new RoomfulError('BUSY', 'not now')
      },
      { code: 'BUSY', message: 'not now' },
    ],
    [
      'an answer that the contract refuses',
      () => ({ ok: 'yes' }),
      { code: 'INVALID', message: expect.stringContaining('invalid data for "unlock": ok: ') },
    ],
    [
      'an answer that cannot be encoded',
      () => ({ ok: 1, extra: 1n }),
      { code: 'INVALID_ARGUMENT', message: 'the data of "unlock" cannot be encoded' },
    ],
  ])('the server gets the error of %s, and so does onError', async (_what, listener, refusal) => {
    const { client, ask, onError } = await start()
    client.on('unlock', listener as () => { ok: number })
    expect(await ask().emitWithAck('unlock', { vin: 1 })).toEqual([{ $error: refusal }])
    expect(onError.mock.calls).toEqual([[expect.any(Error), 'unlock']])
  })

  test('the server gets nothing from a client without a listener, or whose listeners return nothing; `inspect` gets a drop', async () => {
    const { client, ask, dropped } = await start()
    await expect(ask().emitWithAck('unlock', { vin: 1 })).rejects.toThrow('timed out')
    client.on('unlock', () => {})
    await expect(ask().emitWithAck('unlock', { vin: 1 })).rejects.toThrow('timed out')
    expect(dropped()).toEqual([
      ['in', 'unlock', 'the server wants an answer: no listener'],
      ['in', 'unlock', 'the server wants an answer: no listener returned an answer'],
    ])
  })

  test('an event without an ack in the contract is handled, and development warns which part of the contract is missing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { server, client, dropped } = await start()
    const heard: unknown[] = []
    client.on('told', (...args) => void heard.push(args))
    await expect(server.io.timeout(100).emitWithAck('told', { vin: 1 })).rejects.toThrow('timed out')
    expect(heard).toEqual([[{ vin: 1 }]])
    expect(dropped()).toEqual([['in', 'told', 'the server wants an answer: the contract has no ack for it']])
    expect(warn.mock.calls.flat()).toEqual([expect.stringContaining('serverToClient: { told: { data, ack } }')])
  })

  test.each<[string, (server: Awaited<ReturnType<typeof startServer>>, client: Pick<Client, 'disconnect'>) => unknown]>(
    [
      ['the connection was lost', (server) => server.io.sockets.sockets.forEach((socket) => socket.conn.close())],
      ['the app disconnected', (_server, client) => client.disconnect()],
      ['the server closed the connection', (server) => server.kickAll()],
    ],
  )('an answer is dropped after %s, also when the client is connected again', async (_what, end) => {
    const { server, client, dropped, ofType } = await start()
    const acknowledged: unknown[] = []
    server.io.engine.on('connection', (connection) =>
      connection.on('packet', ({ data }: { data: unknown }) => {
        if (typeof data === 'string' && data.startsWith('3')) acknowledged.push(data)
      }),
    )
    let resolve = (_answer: { ok: number }): void => {}
    const later = new Promise<{ ok: number }>((settle) => (resolve = settle))
    const asked = vi.fn<() => void>()
    client.on('unlock', () => {
      asked()
      return later
    })
    const answer = vi.fn<(answer: unknown) => void>()
    for (const socket of server.io.sockets.sockets.values()) socket.emit('unlock', { vin: 1 }, answer)
    await expect.poll(() => asked.mock.calls.length).toBe(1)
    const statuses = recordStatuses(client as unknown as Client)
    end(server, client as unknown as Client)
    await expect
      .poll(() => statuses.some((status) => status === 'reconnecting' || status === 'disconnected'))
      .toBe(true)
    await client.connect()
    resolve({ ok: 1 })
    await expect.poll(dropped).toEqual([['out', 'unlock', 'the connection that asked has ended']])
    client.disconnect()
    await expect.poll(() => server.sockets).toBe(0) // all that was sent has arrived
    expect(ofType('answer')).toEqual([])
    expect(acknowledged).toEqual([])
    expect(answer).not.toHaveBeenCalled()
  })
})

describe('DS15 an answer that is larger than the server takes', () => {
  test.each([['with'], ['without']])('%s a contract, the server gets its error, and so does onError', async (what) => {
    const server = await startServer({ options: { maxHttpBufferSize: 2_000 } })
    const onError = vi.fn<(error: unknown, source: string) => void>()
    const text = 'x'.repeat(5_000)
    if (what === 'with') {
      const asked = defineContract({ serverToClient: { read: { ack: z.string() } } })
      const client = createClient({ url: server.url, contract: asked, onError })
      onTestFinished(client.close)
      client.on('read', () => text)
      await client.connect()
    } else {
      const client = startClient(server.url, { onError })
      client.on('read', (ack: (answer: string) => void) => ack(text))
      await client.connect()
    }
    const sentence =
      'the answer was not sent: it has 5016 bytes, and the server takes at most 2000 (its maxHttpBufferSize)'
    const [answer] = (await server.io.timeout(1_000).emitWithAck('read')) as unknown[]
    expect(answer).toEqual({ $error: { code: 'TOO_LARGE', message: sentence } })
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'TOO_LARGE' }), 'read']])
    expect(server.sockets).toBe(1)
  })
})

describe('DS13 without a contract the listener gets the callback of the server as last argument', () => {
  test('with any number of arguments and values; the first call counts', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    await client.connect()
    client.on('sum', (a: number, b: number, ack: (...values: unknown[]) => void) => {
      ack(a + b, { bytes: Uint8Array.from([1]) })
      ack('ignored')
    })
    client.on('bare', (ack: (value: number) => void) => setTimeout(ack, 5, 1))
    client.on('returns', () => 'ignored')
    const answers = new Promise((resolve) => {
      for (const socket of server.io.sockets.sockets.values())
        socket.emit('sum', 1, 2, (...values: unknown[]) => resolve(values))
    })
    expect(await answers).toEqual([3, { bytes: Buffer.from([1]) }])
    expect(await server.io.timeout(300).emitWithAck('bare')).toEqual([1])
    await expect(server.io.timeout(100).emitWithAck('returns')).rejects.toThrow('timed out')
  })

  test('a value without an encoding is an error of that call, and another value can be given', async () => {
    const server = await startServer()
    const client = startClient(server.url)
    await client.connect()
    let error: unknown
    client.on('ask', (ack: (value: unknown) => void) => {
      try {
        ack(1n)
      } catch (cause) {
        error = cause
      }
      ack('text')
    })
    expect(await server.io.timeout(300).emitWithAck('ask')).toEqual(['text'])
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: 'the data of "ask" cannot be encoded' })
  })

  test('an answer after the connection has ended is dropped', async () => {
    const server = await startServer()
    const { inspect, ofType } = recordInspect()
    const client = startClient(server.url, { inspect })
    await client.connect()
    let late: ((value: number) => void) | undefined
    client.on('ask', (ack: (value: number) => void) => void (late = ack))
    for (const socket of server.io.sockets.sockets.values()) socket.emit('ask', () => {})
    await expect.poll(() => late).toBeDefined()
    server.io.sockets.sockets.forEach((socket) => socket.conn.close())
    await until(client, 'reconnecting')
    await until(client, 'connected')
    late!(1)
    expect(ofType('drop').map(({ direction, event }) => [direction, event])).toEqual([['out', 'ask']])
  })
})
