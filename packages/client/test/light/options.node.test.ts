import * as stock from '@roomful/client'
import * as light from '@roomful/client/light'
import { createClient } from '@roomful/client/light'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WebSocket as NodeWebSocket } from 'ws'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { FakeWebSocket, fakeWebSockets, handshake } from './support/fake-web-socket.ts'

const url = 'http://test'
const onlyStock = ', which has WebSockets only: use createClient of @roomful/client'

function start(options: Parameters<typeof createClient>[0]) {
  const client = createClient({ reconnect: { attempts: 0 }, ...options })
  onTestFinished(client.close)
  return client
}

function stubGlobal(name: string, value: unknown): void {
  vi.stubGlobal(name, value)
  onTestFinished(() => void vi.unstubAllGlobals())
}

/** The packages that the modules behind an entry import, and the entry's files. */
function loadedBy(entry: string) {
  const packages = new Set<string>()
  const files = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:im|ex)port (?!type )[^;]*? from '([^']+)'/gm,
    )) {
      if (name.startsWith('.')) visit(join(dirname(file), name))
      else packages.add(name)
    }
  }
  visit(join(import.meta.dirname, '../../src', entry))
  return { packages: [...packages].sort(), files: [...files] }
}

describe('LT1 the light entry', () => {
  test('has the exports of the stock entry', () => {
    expect(Object.keys(light).sort()).toEqual(Object.keys(stock).sort())
  })

  test('loads no package of Socket.IO, and the stock entry nothing of it', () => {
    expect(loadedBy('light.ts').packages).toEqual([
      '@roomful/contract',
      '@roomful/contract/protocol',
      'zustand/vanilla',
    ])
    const { packages, files } = loadedBy('index.ts')
    expect(packages).toContain('socket.io-client')
    expect(files.filter((file) => file.includes('/transport/light/'))).toEqual([])
  })
})

describe('LT5 options', () => {
  test.each([
    ['transports', ['websocket']],
    ['upgrade', false],
    ['withCredentials', true],
    ['extraHeaders', { a: 'b' }],
    ['requestTimeout', 5],
    ['forceBase64', true],
    ['parser', {}],
    ['agent', {}],
    ['ca', 'pem'],
  ])('that mean nothing here are refused: socket.%s', (name, value) => {
    expect(() => createClient({ url, socket: { [name]: value } })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `socket.${name} is not accepted by @roomful/client/light${onlyStock}`,
      }),
    )
  })

  test('existingSocket is refused', () => {
    expect(() => createClient({ existingSocket: {} } as unknown as Parameters<typeof createClient>[0])).toThrow(
      `existingSocket is not accepted by @roomful/client/light${onlyStock}`,
    )
  })

  test.each<[object, string]>([
    [{ path: 5 }, 'socket.path: expected a string, got 5'],
    [{ timeout: 5 }, 'socket.timeout is not accepted: use the option connectTimeoutMs'],
    [{ WebSocket: 'ws' }, 'socket.WebSocket: expected a class, such as that of the package ws'],
  ])('of the wrong type, and unknown ones, are refused: %j', (socket, sentence) => {
    expect(() => createClient({ url, socket })).toThrow(sentence)
  })

  test.each([
    [{ path: '/realtime' }, 'ws://test/realtime/?EIO=4&transport=websocket'],
    [{ path: '/realtime/', addTrailingSlash: false }, 'ws://test/realtime?EIO=4&transport=websocket'],
    [{ query: { k: 'ä&' } }, 'ws://test/socket.io/?k=%C3%A4%26&EIO=4&transport=websocket'],
  ])('are in the address: %j', async (options, address) => {
    const { WebSocket, sockets } = fakeWebSockets()
    void start({ url, socket: { ...options, WebSocket } }).connect()
    await vi.waitFor(() => expect(sockets[0]?.url).toBe(address))
  })

  test('a class of ws is accepted by its type', () => {
    expect(start({ url, socket: { WebSocket: NodeWebSocket } }).status).toBe('idle')
  })
})

describe('LT5 where the platform has no WebSocket, as Node 20,', () => {
  test('the attempt ends at once with a sentence that says what to give', async () => {
    stubGlobal('WebSocket', undefined)
    const client = start({ url })
    await expect(client.connect()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message:
        'this platform has no WebSocket, as Node 20: give a class, such as { socket: { WebSocket } } with that of the package ws',
    })
    expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
  })

  test('the class may be set after the import and after createClient', async () => {
    stubGlobal('WebSocket', undefined)
    const client = start({ url })
    const sockets: FakeWebSocket[] = []
    stubGlobal(
      'WebSocket',
      class extends FakeWebSocket {
        constructor(address: string) {
          super(address)
          sockets.push(this)
        }
      },
    )
    const connected = client.connect()
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    sockets[0]?.receive(handshake(), '40{"sid":"socket"}')
    await connected
    expect(client.status).toBe('connected')
  })
})

describe('LT6 F23 where a proxy does not pass WebSockets, the error names the entry that has a fallback', () => {
  const way = '(if a proxy blocks WebSockets: @roomful/client/light cannot fall back to polling, @roomful/client can)'

  test('because it refuses them', async () => {
    const { WebSocket, sockets } = fakeWebSockets()
    const connected = start({ url, socket: { WebSocket } }).connect()
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    sockets[0]?.onerror?.({ message: 'Unexpected server response: 403' })
    await expect(connected).rejects.toMatchObject({
      code: 'EXHAUSTED',
      cause: {
        code: 'UNREACHABLE',
        message: `unable to reach "http://test": status 403: the server or a proxy does not allow the request (origin, allowRequest, sign-in) ${way}`,
        cause: { message: 'websocket error', description: { message: 'Unexpected server response: 403' } },
      },
    })
  })

  test('because it swallows them', async () => {
    const { WebSocket } = fakeWebSockets()
    const client = start({ url, socket: { WebSocket }, connectTimeoutMs: 5 })
    await expect(client.connect()).rejects.toMatchObject({
      cause: { code: 'TIMEOUT', message: `the server did not answer within 5 ms ${way}` },
    })
  })
})
