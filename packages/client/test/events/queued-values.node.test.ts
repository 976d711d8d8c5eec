import { type Client, plainRooms, RoomfulError } from '@roomful/client'
import fc from 'fast-check'
import { io as connectPeer } from 'socket.io-client'
import { Decoder, Encoder } from 'socket.io-parser'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** The server of these tests takes any number of attachments: Socket.IO's own limit is ten. */
const parser = {
  Encoder,
  Decoder: class extends Decoder {
    constructor() {
      super({ maxAttachments: Infinity })
    }
  },
}
const socket = { transports: ['websocket'] }

/** A server that keeps every packet of its clients as it comes off the wire: text, or the bytes of an attachment. */
async function start() {
  const packets: unknown[] = []
  const server = await startServer({
    options: { parser },
    configure: (io) => {
      io.engine.on('connection', (connection) =>
        connection.on('packet', ({ type, data }: { type: string; data: unknown }) => {
          const isEnvelope = typeof data === 'string' && /^[01]/.test(data)
          if (type === 'message' && !isEnvelope) packets.push(data)
        }),
      )
      io.on('connection', (accepted) => accepted.on('end', (...args: unknown[]) => (args.at(-1) as () => void)()))
    },
  })
  return {
    url: server.url,
    /** The packets since the last call, but not the `end`. */
    take: () => packets.splice(0).filter((packet) => !String(packet).includes('"end"')),
  }
}

type Server = Awaited<ReturnType<typeof start>>
type Emit = (event: string, ...args: unknown[]) => unknown

/** Emits each value and returns for each what became of it: undefined, or the error. */
function outcomes(emit: Emit, makers: readonly (() => unknown)[]): unknown[] {
  return makers.map((make) => {
    try {
      emit('v', make())
      return undefined
    } catch (error) {
      return error
    }
  })
}

/** What the server gets from a plain socket.io-client that is connected. */
async function sentLive({ url, take }: Server, makers: readonly (() => unknown)[]) {
  const peer = connectPeer(url, { forceNew: true, ...socket })
  await peer.emitWithAck('end')
  const errors = outcomes((event, ...args) => peer.emit(event, ...args), makers)
  await peer.emitWithAck('end')
  peer.close()
  return { packets: take(), failed: errors.map((error) => error !== undefined) }
}

/** What it gets from a client that emits while it is not connected. */
async function sentQueued({ url, take }: Server, makers: readonly (() => unknown)[]) {
  const client = startClient(url, { autoConnect: false, socket, queueLimit: 1_000 })
  const errors = outcomes(client.emit as Emit, makers)
  await client.connect()
  await client.emitWithAck('end')
  client.close()
  for (const error of errors.filter((given) => given !== undefined))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', cause: expect.any(Error) })
  return { packets: take(), failed: errors.map((error) => error !== undefined) }
}

/** Values without a JSON form warn, which is another test's subject. */
function withoutWarnings() {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  return warn
}

async function expectAlike(makers: readonly (() => unknown)[]): Promise<unknown[]> {
  withoutWarnings()
  const server = await start()
  const live = await sentLive(server, makers)
  expect(await sentQueued(server, makers)).toEqual(live)
  return live.packets
}

class Money {
  readonly #cents = 1_250
  toJSON(key: string) {
    return { key, euros: this.#cents / 100 }
  }
}
const cyclic = (): unknown => {
  const list: unknown[] = []
  list.push({ list })
  return list
}
const counting = () => {
  let reads = 0
  return {
    get reads() {
      return ++reads
    },
  }
}

test('EM11 an event that is queued is the same packet as one of a connected socket.io-client: odd values', async () => {
  const packets = await expectAlike([
    () => undefined,
    () => null,
    () => ({ a: undefined, b: [undefined, () => {}, Symbol('x')] }),
    () => [Number.NaN, -0, Infinity],
    () => Object.assign([], { 1: 1, length: 3 }), // holes
    () => new Date(0),
    () => ({ at: new Date(0), invalid: new Date(Number.NaN) }),
    () => new Map([[1, 2]]),
    () => [new Set([1]), /x/, new Error('boom'), new URL('http://h/')],
    () => [new String('ab'), new Number(3), new Boolean(false), Object(Symbol('x'))],
    () => ({ total: new Money(), list: [new Money()] }),
    () => ({ total: new Money(), bytes: new Uint8Array([1, 2]) }), // with binary, toJSON gets no key
    () => Object.assign(Object.create(null), { a: 1 }),
    () => JSON.parse('{"__proto__": {"x": 1}, "a": 2}'),
    () => ['\ud800', '\u2028', ''],
    counting,
    () => ({ _placeholder: true, num: 0 }),
    cyclic,
    () => 1n,
    () => ({ a: [{ b: 1n }] }),
    () => ({
      toJSON() {
        throw new Error('no')
      },
    }),
  ])
  expect(packets).toContain('2["v",{"total":{"key":"total","euros":12.5},"list":[{"key":"0","euros":12.5}]}]')
  expect(packets).toContain('2["v",["ab",3,false,{}]]')
})

test('EM11 … binary data of every kind', async () => {
  const bytes = () => Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7])
  const packets = await expectAlike([
    bytes,
    () => bytes().buffer,
    () => bytes().subarray(2, 5),
    () => new DataView(bytes().buffer, 4, 2),
    () => Float32Array.from([1.5]),
    () => Buffer.from('text'),
    () => ({ list: [bytes(), { deep: Buffer.from('') }], at: new Date(0), boxed: new Number(1), map: new Map() }),
    () => Array.from({ length: 12 }, bytes),
    () => ({ toJSON: () => bytes() }),
  ])
  expect(packets).toContain('51-["v",{"_placeholder":true,"num":0}]')
})

test('EM11 … prototypes that the page has patched', async () => {
  const patch = <T extends object>(target: T, toJSON: (this: T) => unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, 'toJSON')
    Object.defineProperty(target, 'toJSON', { value: toJSON, configurable: true, writable: true })
    onTestFinished(() => {
      if (before) Object.defineProperty(target, 'toJSON', before)
      else Reflect.deleteProperty(target, 'toJSON')
    })
  }
  patch(BigInt.prototype, function () {
    return this.toString()
  })
  patch(Map.prototype, function () {
    return Object.fromEntries(this)
  })
  patch(Error.prototype, function () {
    return { message: this.message }
  })
  patch(Date.prototype, function () {
    return this.getTime()
  })
  const packets = await expectAlike([
    () => ({ n: 1n, list: [2n], boxed: Object(3n) }),
    () => new Map([['a', 1n]]),
    () => ({ error: new Error('boom'), at: new Date(5) }),
    () => ({ n: 1n, bytes: new Uint8Array(1) }),
  ])
  expect(packets.slice(0, 3)).toEqual([
    '2["v",{"n":"1","list":["2"],"boxed":"3"}]',
    '2["v",{"a":"1"}]',
    '2["v",{"error":{"message":"boom"},"at":5}]',
  ])
})

test('EM11 … and any other value', async () => {
  const value = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 3,
  })
  withoutWarnings()
  const server = await start()
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 60 }), async (values) => {
      const makers = values.map((given) => () => given)
      const live = await sentLive(server, makers)
      expect(await sentQueued(server, makers)).toEqual(live)
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

test('EM13 in development a Map, a Set or an Error that JSON turns into {} warns once for each event and class', async () => {
  const warn = withoutWarnings()
  const { url } = await start()
  const client = startClient(url, { autoConnect: false, socket, rooms: plainRooms({ acks: false }) })
  client.emit('v', { deep: [new Map()] })
  await client.connect()
  client.emit('v', new Map())
  client.emit('v', [{ e: new TypeError('boom') }])
  client.emit('w', Object.assign(new Set(), { toJSON: () => [] }), { at: new Date(0), re: /x/ })
  await (await client.join('r')).emit('w', { set: new Set() })
  const sentence = (what: string, event: string) =>
    `roomful: the ${what} in the data of "${event}" is sent as {}, since JSON has no form for it`
  expect(warn.mock.calls.flat()).toEqual([sentence('Map', 'v'), sentence('TypeError', 'v'), sentence('Set', 'w')])
})

test('EM11 what the app changes after the call changes nothing that is sent: data, nested data, buffers, requests', async () => {
  const server = await start()
  const client = startClient(server.url, { autoConnect: false, socket })
  const data = { n: 1, nested: { list: [1] }, bytes: Uint8Array.from([1, 2]) }
  client.emit('v', data, data.bytes.buffer)
  const answer = client.emitWithAck('end', data)
  data.n = 2
  data.nested.list.push(2)
  data.bytes.fill(9)
  await client.connect()
  await answer
  const [first, ...attachments] = server.take()
  expect(first).toBe(
    '52-["v",{"n":1,"nested":{"list":[1]},"bytes":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]',
  )
  expect(attachments.slice(0, 2)).toEqual([Buffer.from([1, 2]), Buffer.from([1, 2])])
})

test.each<[string, (client: Client, data: unknown) => Promise<unknown>]>([
  [
    'before the room is joined',
    async (client, data) => {
      const room = client.room('r')
      const joined = room.join()
      const sent = room.emit('v', data)
      await joined
      return sent
    },
  ],
  ['while it is joined', async (client, data) => (await client.join('r')).emit('v', data)],
])('EM11 a message to a room of a plain server is the packet that socket.io-client sends: %s', async (_when, send) => {
  withoutWarnings()
  const server = await start()
  const data = {
    boxed: new Number(3),
    total: new Money(),
    map: new Map(),
    bytes: Uint8Array.from([1, 2]),
    list: [undefined, Number.NaN],
  }
  const live = await sentLive(server, [() => ({ room: 'r', ...data })])
  const client = startClient(server.url, { socket })
  await send(client, data)
  await client.emitWithAck('end')
  expect(server.take().filter((packet) => !String(packet).includes('"join"'))).toEqual(live.packets)
})

test('EM9 a callback, a BigInt or a cycle in a message to a room is an error that changes nothing', async () => {
  const { url } = await start()
  const room = startClient(url).room('r')
  void room.join()
  for (const data of [cyclic(), 1n, () => {}]) {
    const error = await room.emit('v', data).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
})
