import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MembersChange, MembersPosition, Nodes } from '../../src/index.ts'
import { MemoryHub } from '../support/memory-nodes.ts'
import { clientOf } from '../support/redis-clients.ts'
import { RedisNodesOfTest } from '../support/redis-nodes.ts'
import { startRedis } from '../support/redis-server.ts'

const index = (count: number) => fc.nat({ max: count - 1 })
const text = fc.oneof(fc.constantFrom('', 'a', '\n', '{"x":1}'), fc.string({ unit: 'binary', maxLength: 4 }))
const command = fc.oneof(
  fc.record({
    type: fc.constant('set' as const),
    node: index(3),
    room: index(2),
    user: index(3),
    state: fc.option(text, { nil: undefined }),
  }),
  fc.record({ type: fc.constant('read' as const), node: index(3), room: index(2), limit: index(4) }),
  fc.record({ type: fc.constant('positions' as const), node: index(3) }),
  fc.record({ type: fc.constant('send' as const), node: index(3), room: index(2), text }),
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

interface Run {
  readonly nodes: readonly Nodes[]
  readonly rooms: readonly string[]
  readonly users: readonly string[]
}

/** What a run of commands gives, without the names of nodes, and with versions that count from each new record of a room. */
async function resultsOf({ nodes, rooms, users }: Run, commands: readonly Command[]): Promise<unknown[]> {
  const received: unknown[][] = []
  const lastVersions = new Map<string, number>()
  const bases = new Map<string, number>()
  const nameOf = (id: string): number => nodes.findIndex((node) => node.id === id)
  const position = (room: string, { version, count }: MembersPosition): MembersPosition => {
    if (version === 0) return { version, count }
    const base = bases.get(room) ?? version - 1
    bases.set(room, base)
    if (count === 0) bases.delete(room)
    return { version: version - base, count }
  }
  const stops: (() => void)[] = []
  for (const [listener, node] of nodes.entries()) {
    for (const [order, room] of rooms.entries()) {
      const heard: unknown[] = []
      received.push(heard)
      const key = `${listener} ${order}`
      const onMembers = ({ version, count, node: by, userId, state }: MembersChange): void => {
        heard.push([version - (lastVersions.get(key) ?? 0) === 1, count, nameOf(by), userId, state])
        lastVersions.set(key, version)
      }
      const onMessage = (message: string, from: string): void => void heard.push([message, nameOf(from)])
      stops.push(await node.subscribe(room, { onMessage, onMembers }))
    }
  }
  const results: unknown[] = []
  for (const one of commands) {
    const node = nodes[one.node] as Nodes
    if (one.type === 'positions') {
      const positions = await node.memberPositions(rooms)
      results.push(positions.map((found, order) => position(rooms[order] ?? '', found)))
      continue
    }
    const room = rooms[one.room] ?? ''
    if (one.type === 'set') {
      const { wasMember, isMember, ...found } = await node.setMember(room, users[one.user] ?? '', one.state)
      results.push([position(room, found), wasMember, isMember])
    } else if (one.type === 'read') {
      const { states, ...found } = await node.readMembers(room, one.limit)
      const sorted = states?.map((state) => JSON.stringify([nameOf(state.node), state.userId, state.state]))
      results.push([position(room, found), sorted?.toSorted((a, b) => (a < b ? -1 : 1))])
    } else await node.send(one.text, room)
  }
  // The end of each channel: what was sent before has arrived when this has.
  for (const room of rooms) for (const node of nodes) await node.send('end', room)
  await expect
    .poll(() => received.every((heard) => heard.filter((one) => isEnd(one)).length >= nodes.length - 1))
    .toBe(true)
  for (const stop of stops) stop()
  return [results, received]
}

function isEnd(received: unknown): boolean {
  return Array.isArray(received) && received[0] === 'end'
}

test('any commands give the same answers, changes and messages as nodes in memory', async () => {
  const server = await startRedis()
  const nodes = new RedisNodesOfTest(() => clientOf('redis', server))
  await nodes.connect()
  const options = {
    info: '',
    graceMs: 0,
    maxBytes: 65_536,
    onMessage: () => {},
    onRestored: () => {},
    onMemberGone: () => {},
    onError: () => {},
  }
  const hub = new MemoryHub()
  const overRedis = Array.from({ length: 3 }, () => nodes.create('model'))
  const inMemory = Array.from({ length: 3 }, () => hub.node())
  for (const node of [...overRedis, ...inMemory]) await node.start(options)
  let runs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 25 }),
      fc.uniqueArray(text, { minLength: 3, maxLength: 3 }),
      async (commands, users) => {
        runs += 1
        const rooms = [`${runs} a`, `${runs} b`]
        const expected = await resultsOf({ nodes: inMemory, rooms, users }, commands)
        expect(await resultsOf({ nodes: overRedis, rooms, users }, commands)).toEqual(expected)
      },
    ),
    { numRuns: 100 },
  )
  for (const node of overRedis) await node.stop()
  await nodes.close()
})
