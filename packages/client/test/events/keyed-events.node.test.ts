import { type Client, createKeyedEvents, defineContract, type Room } from '@roomful/client'
import { expect, expectTypeOf, test } from 'vitest'
import { metaOf, startScript } from '../rooms/support/scripted-server.ts'
import { eventually } from '../support/eventually.ts'
import { startClient, startRoomful } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

interface Tick {
  readonly key: number
  readonly n: number
}
const byKey = ({ key }: Tick): number => key

/** A source of one event that counts its listeners. */
function fakeSource() {
  const handlers = new Set<(...args: unknown[]) => void>()
  const source = {
    on(_event: string, handler: (...args: unknown[]) => void) {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
  }
  const tick = (key: unknown, n = 0, ...rest: unknown[]) => {
    for (const handler of handlers) handler({ key, n }, ...rest)
  }
  return { source: source as unknown as Client, tick, listening: () => handlers.size }
}

test('DS17 an event of one key calls the listeners of that key only, in their order', () => {
  const { source, tick, listening } = fakeSource()
  const ticks = createKeyedEvents(source, 'tick', byKey)
  const received: string[] = []
  let calls = 0
  for (let key = 0; key < 1_000; key += 1) ticks.on(key, () => (calls += 1))
  ticks.on(7, ({ n }, meta) => received.push(`first ${n} ${meta}`))
  const off = ticks.on(7, ({ n }) => received.push(`second ${n}`))
  tick(7, 1, 'meta')
  tick(5_000, 2)
  off()
  off()
  tick(7, 3)
  expect(received).toEqual(['first 1 meta', 'second 1', 'first 3 undefined'])
  expect([calls, listening()]).toEqual([2, 1])
})

test('DS17 the event has one listener while a key has one, and none otherwise', () => {
  const { source, tick, listening } = fakeSource()
  const ticks = createKeyedEvents(source, 'tick', byKey)
  expect(listening()).toBe(0)
  const offs = [1, 1, 2].map((key) => ticks.on(key, () => {}))
  expect(listening()).toBe(1)
  for (const off of offs) off()
  offs[0]?.()
  expect(listening()).toBe(0)
  let calls = 0
  ticks.on(1, () => (calls += 1))
  tick(1)
  expect([listening(), calls]).toEqual([1, 1])
})

test('DS17 keys are compared as those of a Map', () => {
  const { source, tick } = fakeSource()
  const ticks = createKeyedEvents(source, 'tick', ({ key }: { key: unknown }) => key)
  const received: unknown[] = []
  const object = {}
  for (const key of [Number.NaN, 0, '0', undefined, object]) ticks.on(key, () => received.push(key))
  for (const key of [Number.NaN, -0, '0', undefined, object, {}]) tick(key)
  expect(received).toEqual([Number.NaN, 0, '0', undefined, object])
})

test('DS17 wrong arguments are refused with a sentence', () => {
  const { source, listening } = fakeSource()
  expect(() => createKeyedEvents(source, 'tick', 'key' as never)).toThrow(
    'keyOf: expected a function that returns a key, got "key"',
  )
  expect(() => createKeyedEvents(source, 'tick', byKey).on(1, 7 as never)).toThrow('a listener must be a function')
  expect(listening()).toBe(0)
  const contract = defineContract({ serverToClient: {} })
  const client = startClient('http://127.0.0.1:1', { contract } as never)
  const ticks = createKeyedEvents(client, 'tick', byKey)
  expect(() => ticks.on(1, () => {})).toThrow('the contract')
})

test('DS17 works for events of a client; errors of `keyOf` and of listeners go to `onError`', async () => {
  const server = await startServer()
  const errors: unknown[] = []
  const client = startClient(server.url, {
    onError: (error, source) => errors.push([(error as Error).message, source]),
  })
  await client.connect()
  const received: number[] = []
  const ticks = createKeyedEvents(client, 'tick', (tick: Tick | null) => tick!.key)
  for (const name of ['a', 'b'])
    ticks.on(1, () => {
      throw new Error(name)
    })
  ticks.on(1, (tick) => received.push(tick!.n))
  server.io.emit('tick', { key: 1, n: 5 })
  server.io.emit('tick', null)
  server.io.emit('tick', { key: 1, n: 6 })
  await eventually(() => expect(received).toEqual([5, 6]))
  expect(errors).toEqual([
    ['a', 'tick'],
    ['b', 'tick'],
    [expect.stringContaining('null'), 'tick'],
    ['a', 'tick'],
    ['b', 'tick'],
  ])
})

test('DS17 works for events of a room, alone and in packs', async () => {
  const { url, say } = await startScript()
  const room: Room = await startRoomful(url).join('general')
  const received: [number, number | undefined][] = []
  const ticks = createKeyedEvents(room, 'tick', byKey)
  ticks.on(2, ({ n }: Tick, { seq }) => received.push([n, seq]))
  expectTypeOf(ticks.on).parameter(0).toEqualTypeOf<number>()
  say('tick', { key: 2, n: 10 }, metaOf('general', 1))
  const packed = (seq: number, key: number) => ({ event: 'tick', data: { key, n: seq }, seq, id: `s:${seq}`, at: 1 })
  say('$events', { room: 'general', epoch: 'epoch-one', events: [packed(2, 1), packed(3, 2)] })
  await eventually(() =>
    expect(received).toEqual([
      [10, 1],
      [3, 3],
    ]),
  )
})
