import { createRequire } from 'node:module'
import { defineContract } from '@roomful/contract'
import { wire } from '@roomful/contract/protocol'
import { Server, type ServerOptions } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createRooms, memoryLog, type RoomLog, type RoomsOptions } from '../../src/index.ts'
import { changedLog } from '../support/changed-log.ts'
import { guestChat } from '../support/chat.ts'
import { MemoryHub, type MemoryNode, sharedLog } from '../support/memory-nodes.ts'
import { connectRaw, startRooms } from '../support/start-rooms.ts'

type AdapterOption = NonNullable<ServerOptions['adapter']>
type AdapterClass = new (...args: never[]) => object

// A package of Socket.IO, which is no dependency of this one.
const socketIo = createRequire(createRequire(import.meta.url).resolve('socket.io'))
const { Adapter, ClusterAdapter, ClusterAdapterWithHeartbeat } = socketIo('socket.io-adapter') as Readonly<
  Record<string, AdapterClass>
> & { readonly Adapter: AdapterClass }

function classOf(name: string, Base: AdapterClass | undefined = Adapter, methods: object = {}): AdapterOption {
  const Made = { [name]: class extends Base {} }[name]
  Object.assign((Made as AdapterClass).prototype as object, methods)
  return Made as unknown as AdapterOption
}

/** As the adapters of each kind are made: over the cluster's class, or over the adapter in memory. */
const spanning: [string, AdapterOption][] = [
  ['redis-adapter, mongo-adapter', classOf('RedisAdapter', Adapter, { serverSideEmit() {}, serverCount() {} })],
  ['redis-streams-adapter', classOf('RedisStreamsAdapter', ClusterAdapter, { init() {} })],
  ['cluster-adapter, postgres-adapter', classOf('PostgresAdapter', ClusterAdapterWithHeartbeat, { init() {} })],
  ['socket.io-redis', classOf('RedisAdapter', Adapter, { pubClient: {}, subClient: {} })],
]
const local: [string, Partial<ServerOptions>][] = [
  ["Socket.IO's own", {}],
  ["Socket.IO's own, with recovery", { connectionStateRecovery: {} }],
  [
    "one of the app's",
    { adapter: classOf('CountingAdapter', Adapter, { broadcast() {}, serverCount: () => 1, uid: 'mine' }) },
  ],
]

function serverWith(options: Partial<ServerOptions>): Server {
  const io = new Server(0, options)
  onTestFinished(async () => await io.close())
  return io
}

describe('a Socket.IO adapter of many processes over a log of one', () => {
  test.each(spanning)('is refused at the start: %s', (_name, adapter) => {
    const io = serverWith({ adapter })
    for (const server of [io, io.of('/chat')])
      expect(() => createRooms(server, { contract: guestChat })).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: expect.stringMatching(
            /^createRooms: the Socket\.IO adapter \(.*Adapter\) spans processes.*redisLog.*singleProcess: true$/,
          ),
        }),
      )
    expect(io.listenerCount('connection')).toBe(0)
  })

  test.each(local)('is not what an adapter in memory is taken for: %s', async (_name, options) => {
    const rooms = createRooms(serverWith(options), { contract: guestChat })
    expect(await rooms.isReady()).toBe(true)
  })

  test.each(spanning)('is allowed where the log has nodes: %s', async (_name, adapter) => {
    const log = sharedLog(memoryLog(), new MemoryHub().node())
    const rooms = createRooms(serverWith({ adapter }), { contract: guestChat, log })
    expect(await rooms.isReady()).toBe(true)
  })

  test.each(spanning)('is allowed where the app says that it is the only process: %s', async (_name, adapter) => {
    const rooms = createRooms(serverWith({ adapter }), { contract: guestChat, singleProcess: true })
    expect(await rooms.isReady()).toBe(true)
    const { io, connect } = await startRooms({ contract: guestChat, singleProcess: true })
    io.adapter(adapter)
    expect((await connect()).of(wire.hello)).toHaveLength(1)
  })

  test('is refused where singleProcess is no boolean', () => {
    const options = { contract: guestChat, singleProcess: 'yes' as unknown as boolean }
    expect(() => createRooms(serverWith({}), options)).toThrow('singleProcess must be true or false, got "yes"')
  })

  test('that the app sets later refuses connections, and is reported once', async () => {
    const { io, url, errors, connect } = await startRooms({ contract: guestChat })
    await connect()
    const [, adapter] = spanning[0] as [string, AdapterOption]
    io.adapter(adapter)
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const refusal = await new Promise<unknown>((resolve) => connectRaw(url).on('connect_error', resolve))
      expect(refusal).toMatchObject({ data: { code: 'UNAVAILABLE' } })
    }
    expect(errors).toMatchObject([
      {
        error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('redisLog') },
        context: { during: 'connection' },
      },
    ])
    io.adapter(Adapter as unknown as AdapterOption)
    const client = await connect()
    expect(client.of(wire.hello)).toHaveLength(1)
  })
})

describe('two nodes', () => {
  const room = guestChat.definition.room
  const other = defineContract({
    room: { ...room, cursor: room.cursor.data, vote: z.object({ option: z.number() }) },
    presence: z.object({ status: z.string() }),
  })
  const log = memoryLog()

  async function startOne(hub: MemoryHub, options: RoomsOptions<typeof guestChat>, node: MemoryNode = hub.node()) {
    const { rooms, errors } = await startRooms({ ...options, log: sharedLog(log, node) })
    return { rooms, node, sentences: () => errors.map(({ error }) => (error as Error).message) }
  }

  test('with the same contract, limits and log report nothing', async () => {
    const hub = new MemoryHub()
    const [one, two] = [await startOne(hub, { contract: guestChat }), await startOne(hub, { contract: guestChat })]
    await expect.poll(() => two.node.calls['list']).toBe(1)
    await one.rooms.disconnect('ann') // an answer of the other one comes after its first message
    expect([one.sentences(), two.sentences()]).toEqual([[], []])
  })

  test('with different contracts report each difference once, and name the other node', async () => {
    const hub = new MemoryHub()
    const one = await startOne(hub, { contract: guestChat })
    const two = await startOne(hub, { contract: other as unknown as typeof guestChat })
    await expect.poll(() => [one.sentences().length, two.sentences().length]).toEqual([1, 1])
    expect(one.sentences()[0]).toBe(
      `createRooms: another node (${two.node.id}) differs from this one: room.cursor is a volatile event here and an event there; ` +
        'room.vote is missing here and an event there; presence is missing here and a schema there. ' +
        'All nodes must have the same contract, limits and options of the log',
    )
    expect(two.sentences()[0]).toContain(`another node (${one.node.id}) differs`)
    const three = await startOne(hub, { contract: guestChat })
    await expect.poll(() => three.sentences().length).toBe(1)
    one.node.restore()
    await one.rooms.disconnect('ann')
    expect([one.sentences().length, two.sentences().length]).toEqual([1, 1])
  })

  test('with different limits report the limit with both values', async () => {
    const hub = new MemoryHub()
    const one = await startOne(hub, { contract: guestChat })
    await startOne(hub, { contract: guestChat, limits: { eventBytes: 1_000 } })
    await expect
      .poll(() => one.sentences())
      .toEqual([expect.stringContaining('limits.eventBytes is 65536 here and 1000 there')])
  })

  test('with different options of the log report each of them with both values', async () => {
    const hub = new MemoryHub()
    const startWith = async (changes: Partial<RoomLog>) => {
      const { rooms, errors } = await startRooms({
        contract: guestChat,
        log: changedLog(log, { nodes: hub.node(), ...changes }),
      })
      return { rooms, sentences: () => errors.map(({ error }) => (error as Error).message) }
    }
    const sharedOptions = { retention: '1000 entries of any age' }
    const one = await startWith({ dedupMs: 172_800_000, durability: 'async', sharedOptions })
    await startWith({ durability: 'replica', sharedOptions: { retention: '9 entries of any age' } })
    await expect
      .poll(() => one.sentences())
      .toEqual([
        expect.stringContaining(
          ': log.dedupMs is 172800000 here and 86400000 there; log.durability is async here and replica there; ' +
            'log.retention is 1000 entries of any age here and 9 entries of any age there. All',
        ),
      ])
  })

  test('of which one says nothing that can be read, report nothing', async () => {
    const hub = new MemoryHub()
    const strange = hub.node()
    await strange.start({
      info: 'later',
      graceMs: 0,
      maxBytes: 65_536,
      onMessage: () => {},
      onRestored: () => {},
      onMemberGone: () => {},
      onError: () => {},
    })
    const one = await startOne(hub, { contract: guestChat })
    await strange.send(JSON.stringify({ type: 'started', info: '{"protocol":2}' }))
    await expect.poll(() => one.node.calls['list']).toBe(1)
    expect(one.sentences()).toEqual([])
  })

  test('with contracts of thousands of events report that they differ', async () => {
    const hub = new MemoryHub()
    const many = (last: string) => {
      const names = [...Array.from({ length: 3_000 }, (_, index) => `event-${index}`), last]
      const contract = defineContract({ room: Object.fromEntries(names.map((name) => [name, z.string()])) })
      return contract as unknown as typeof guestChat
    }
    const one = await startOne(hub, { contract: many('one') })
    await startOne(hub, { contract: many('other') })
    await expect
      .poll(() => one.sentences())
      .toEqual([expect.stringMatching(/contract is [0-9a-f]{64} here and [0-9a-f]{64} there/)])
  })
})
