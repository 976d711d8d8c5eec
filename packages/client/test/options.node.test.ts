import { createClient, defineContract, plainRooms, roomful, type ClientOptions } from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startClient, until } from './support/test-client.ts'

const url = 'http://127.0.0.1:9'
const create = (options: object) => () => createClient(options as ClientOptions)

describe('an invalid URL', () => {
  test.each([
    ['example.com', '"example.com"'],
    ['localhost:3000', '"localhost:3000"'],
    ['', '""'],
    ['ftp://example.com', '"ftp://example.com"'],
    ['http://', '"http://"'],
    ['http:example.com', '"http:example.com"'],
    ['https://example .com', '"https://example .com"'],
    ['x'.repeat(500), 'a string of 500 characters'],
    [undefined, 'undefined'],
    [null, 'null'],
    [3000, '3000'],
    [new URL('http://example.com'), 'object'],
  ])('is refused with a sentence that says the expected value: %s', (bad, got) => {
    const sentence = `url: expected an address such as "https://example.com" (http, https, ws, wss), or a path such as "/", got ${got}`
    expect(create({ url: bad })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: sentence }))
  })

  test.each(['http://localhost:3000', 'https://example.com/chat', 'ws://[::1]:80', 'wss://example.com', '/', '/chat'])(
    '%s is one that can',
    (good) => {
      expect(createClient({ url: good }).status).toBe('idle')
    },
  )

  test('that is a path, outside of a page, ends in a clear state without retries', async () => {
    const client = startClient('/chat')
    await expect(client.connect()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await until(client, 'disconnected')).toMatchObject({ reason: 'refused' })
  })
})

describe('an option', () => {
  test.each<[object, string]>([
    [{ connectTimeoutMs: -1 }, 'connectTimeoutMs: expected milliseconds, less than 2³¹, got -1'],
    [{ connectTimeoutMs: Infinity }, 'connectTimeoutMs: expected milliseconds, less than 2³¹, got Infinity'],
    [{ ackTimeoutMs: Number.NaN }, 'ackTimeoutMs: expected milliseconds, less than 2³¹, got NaN'],
    [{ joinTimeoutMs: '5000' }, 'joinTimeoutMs: expected milliseconds, less than 2³¹, got "5000"'],
    [{ queueLimit: -1 }, 'queueLimit: expected a number, got -1'],
    [{ queueLimit: 'many' }, 'queueLimit: expected a number, got "many"'],
    [{ reconnect: false }, 'reconnect: expected an object such as { attempts: 0 }, got false'],
    [{ reconnect: { attempts: Number.NaN } }, 'reconnect.attempts: expected a number, got NaN'],
    [{ reconnect: { maxDelayMs: -5 } }, 'reconnect.maxDelayMs: expected milliseconds, less than 2³¹, got -5'],
    [{ reconnect: { minDelayMs: '1s' } }, 'reconnect.minDelayMs: expected milliseconds, less than 2³¹, got "1s"'],
    [{ auth: 'token' }, 'auth: expected an object such as { token }, or a function, got "token"'],
    [{ auth: null }, 'auth: expected an object such as { token }, or a function, got null'],
    [{ onError: 'log' }, 'onError: expected a function, got "log"'],
    [{ onInvalid: {} }, 'onInvalid: expected a function, got object'],
    [{ onDrop: 'warn' }, 'onDrop: expected a function, got "warn"'],
    [{ inspect: true }, 'inspect: expected a function, got true'],
    [{ refusalOf: () => undefined }, 'createClient has no option refusalOf: use { rooms: plainRooms({ refusalOf }) }'],
    [{ path: '/sio/' }, 'createClient has no option path: use { socket: { path } }'],
    [{ transports: ['websocket'] }, 'createClient has no option transports: use { socket: { transports } }'],
    [
      { reconnection: false },
      'createClient has no option reconnection: use the option reconnect: { attempts, minDelayMs, maxDelayMs }',
    ],
    [{ ackWaitMs: 1 }, 'createClient has no option ackWaitMs: use { rooms: plainRooms({ acks }) }'],
    [{ helloTimeoutMs: 1 }, 'createClient has no option helloTimeoutMs: use connectTimeoutMs'],
    [{ ackTimeOutMs: 1 }, 'createClient has no option ackTimeOutMs'],
    [{ toString: 1 }, 'createClient has no option toString'],
    [{ socket: 'websocket' }, 'socket: expected an object such as { path }, got "websocket"'],
    [{ rooms: 'plain' }, 'rooms: expected roomful() or plainRooms(), got "plain"'],
    [{ rooms: {} }, 'rooms: expected roomful() or plainRooms(), got object'],
    [{ outbox: {} }, 'createClient has no option outbox: use { rooms: roomful({ outbox }) }'],
    [{ contract: {} }, 'contract: expected the result of defineContract(), got object'],
    [
      { socket: { transports: ['websockets'] } },
      'socket.transports: expected some of polling, websocket, webtransport, got "websockets"',
    ],
    [
      { socket: { reconnectionDelay: 1 } },
      'socket.reconnectionDelay is not accepted: use the option reconnect: { attempts, minDelayMs, maxDelayMs }',
    ],
    [{ socket: { auth: {} } }, "socket.auth is not accepted: use the client's option of that name"],
    [{ socket: { timeout: 1 } }, 'socket.timeout is not accepted: use the option connectTimeoutMs'],
    [{ socket: { ackTimeout: 1 } }, 'socket.ackTimeout is not accepted: use the option ackTimeoutMs'],
    [
      { socket: { retries: 3 } },
      'socket.retries is not accepted: use rooms: roomful(), which sends a message until it is stored',
    ],
    [{ socket: { multiplex: false } }, 'socket.multiplex is not accepted: use socket.forceNew'],
    [{ socket: { port: 80 } }, 'socket.port is not accepted: use the option url'],
    [
      { socket: { transportImplementations: [] } },
      'socket.transportImplementations is not accepted: use socket.transports',
    ],
    [
      { socket: { toString: 1 } },
      'socket.toString is not accepted: socket.io-client has no such option, or the client does not pass it on',
    ],
    [
      { socket: { transports: 'websocket' } },
      'socket.transports: expected a list with a transport, such as ["websocket"], got "websocket"',
    ],
    [
      { socket: { transports: [] } },
      'socket.transports: expected a list with a transport, such as ["websocket"], got an array',
    ],
    [{ existingSocket: null }, 'existingSocket: expected a Socket of socket.io-client, got null'],
    [{ socket: { path: 1 } }, 'socket.path: expected a string, got 1'],
    [{ socket: { upgrade: 'no' } }, 'socket.upgrade: expected a boolean, got "no"'],
    [{ socket: { query: 'a=b' } }, 'socket.query: expected an object, got "a=b"'],
    [{ socket: { requestTimeout: -1 } }, 'socket.requestTimeout: expected milliseconds, got -1'],
  ])('of the wrong type is refused: %j', (bad, sentence) => {
    expect(create({ url, ...bad })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: sentence }))
  })

  test.each([
    ['null', null],
    ['"x"', 'x'],
    ['an array', []],
  ])('plainRooms refuses %s', (got, bad) => {
    expect(() => plainRooms(bad as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: `plainRooms: expected an object, got ${got}` }),
    )
  })

  test.each<[object, string]>([
    [{ existingSocket: null }, 'existingSocket: expected a Socket of socket.io-client, got null'],
    [{ existingSocket: {}, rooms: roomful() }, 'rooms: expected plainRooms() with existingSocket, got roomful()'],
  ])('that would leave a client without a connection is refused in production too: %j', (bad, sentence) => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(create(bad)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: sentence }))
  })

  test('of the right type is accepted', () => {
    const client = createClient({
      url,
      contract: defineContract({}),
      auth: () => ({}),
      autoConnect: false,
      connectTimeoutMs: 1,
      ackTimeoutMs: 2 ** 31 - 1,
      joinTimeoutMs: 0,
      queueLimit: Infinity,
      reconnect: { attempts: Infinity, minDelayMs: 0, maxDelayMs: 0 },
      rooms: plainRooms({ refusalOf: () => undefined }),
      onInvalid: () => {},
      onDrop: () => {},
      onError: () => {},
      inspect: () => {},
      socket: {
        path: '/sio/',
        transports: ['websocket'],
        addTrailingSlash: false,
        tryAllTransports: true,
        upgrade: false,
        rememberUpgrade: true,
        transportOptions: { polling: { extraHeaders: {} } },
        withCredentials: true,
        query: {},
        extraHeaders: {},
        protocols: ['chat'],
        timestampRequests: false,
        timestampParam: 'time',
        requestTimeout: 60_000,
        forceBase64: true,
        closeOnBeforeunload: true,
        forceNew: true,
        agent: false,
        autoUnref: true,
        perMessageDeflate: false,
        ca: ['PEM'],
        cert: 'PEM',
        key: new Uint8Array(1),
        pfx: new Uint8Array(1),
        passphrase: 'secret',
        ciphers: 'TLS_AES_256_GCM_SHA384',
        rejectUnauthorized: false,
      },
    })
    expect(client.status).toBe('idle')
  })
})

describe('the time-out of a call', () => {
  test.each([[-1], [Infinity], [Number.NaN], ['5000']])(
    'is refused if it has the wrong type: %s',
    async (timeoutMs) => {
      const client = startClient(url, { autoConnect: false })
      const sentence = 'timeoutMs: expected milliseconds, less than 2³¹'
      await expect(client.timeout(timeoutMs as number).emitWithAck('x')).rejects.toThrow(sentence)
      await expect(client.with({ timeoutMs: timeoutMs as number }).emitWithAck('x')).rejects.toThrow(sentence)
    },
  )

  test("is the client's if it is undefined", async () => {
    const client = startClient(url, { autoConnect: false, ackTimeoutMs: 20 })
    const options = { timeoutMs: undefined } as unknown as { timeoutMs: number }
    await expect(client.with(options).emitWithAck('x')).rejects.toThrow('was not sent within 20 ms')
  })
})
