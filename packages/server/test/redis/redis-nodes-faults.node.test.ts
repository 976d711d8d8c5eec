import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { MembersChange, NodeOptions } from '../../src/index.ts'
import { BEAT } from '../../src/redis/nodes/heartbeat-scripts.ts'
import { REMOVE_MEMBERS } from '../../src/redis/nodes/member-scripts.ts'
import type { RedisNodes } from '../../src/redis/nodes/redis-nodes.ts'
import { clientOf } from '../support/redis-clients.ts'
import { RedisNodesOfTest } from '../support/redis-nodes.ts'
import { RedisServer, startRedis } from '../support/redis-server.ts'

const GRACE_MS = 300
const UNAVAILABLE = { code: 'UNAVAILABLE' }

let server: RedisServer
let nodes: RedisNodesOfTest
beforeAll(async () => {
  server = await startRedis()
  nodes = new RedisNodesOfTest(() => clientOf('redis', server))
  await nodes.connect()
})
afterAll(() => nodes.close())

/** The nodes of one test reach each other, and no others. */
function createTest() {
  const prefix = randomUUID()
  const optionsOf = (graceMs: number) =>
    ({
      info: '',
      graceMs,
      maxBytes: 65_536,
      onMessage: vi.fn<NodeOptions['onMessage']>(),
      onRestored: vi.fn<() => void>(),
      onMemberGone: vi.fn<NodeOptions['onMemberGone']>(),
      onError: vi.fn<(error: unknown) => void>(),
    }) satisfies NodeOptions
  const start = async (graceMs = GRACE_MS) => {
    const node = nodes.create(prefix)
    const options = optionsOf(graceMs)
    await node.start(options)
    onTestFinished(() => node.stop().catch(() => {})) // a killed one cannot
    return { node, process: nodes.processOf(node), ...options }
  }
  const listen = async (node: RedisNodes, rooms: readonly string[]) => {
    const changes: (MembersChange & { room: string })[] = []
    for (const room of rooms)
      await node.subscribe(room, {
        onMessage: () => {},
        onMembers: (change) => void changes.push({ room, ...change }),
      })
    return changes
  }
  const keys = async (pattern: string) => (await server.send('KEYS', `{${prefix}:*${pattern}`)) as string[]
  return { prefix, start, listen, keys, optionsOf }
}
const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `room ${index}`)
const countOf = async (node: RedisNodes, rooms: readonly string[]): Promise<number> => {
  const positions = await node.memberPositions(rooms)
  return positions.reduce((sum, { count }) => sum + count, 0)
}
/** Resolves after some heartbeats of the node. */
const afterBeats = async ({ process }: { process: ReturnType<RedisNodesOfTest['processOf']> }, beats: number) => {
  let seen = 0
  process.onRun = (script) => {
    if (script === BEAT) seen += 1
  }
  await expect.poll(() => seen).toBeGreaterThanOrEqual(beats)
  process.onRun = () => {}
}

test('a claimer that dies leaves the rest to another node, and no user is removed twice', async () => {
  const { start, listen } = createTest()
  const [ended, claimer, next] = [await start(), await start(), await start()]
  const names = namesOf(200)
  await Promise.all(names.flatMap((room) => ['ann', 'bob'].map((user) => ended.node.setMember(room, user, 'here'))))
  const changes = await listen(next.node, names)
  next.process.onRun = (script) => {
    if (script === BEAT) throw new Error('not before the claimer')
  }
  let removals = 0
  claimer.process.onRun = (script) => {
    if (script === REMOVE_MEMBERS && (removals += 1) === 60) claimer.process.kill()
  }
  await ended.node.stop()
  await expect.poll(() => removals).toBe(60)
  await expect.poll(() => countOf(next.node, names)).toBeLessThan(400)
  next.process.onRun = () => {}
  await expect.poll(() => countOf(next.node, names)).toBe(0)
  await expect.poll(() => changes.length).toBe(400)
  expect(new Set(changes.map(({ room, userId }) => `${room} ${userId}`)).size).toBe(400)
  expect(new Set(changes.map(({ state }) => state))).toEqual(new Set([undefined]))
  const gone = [claimer, next].flatMap(({ onMemberGone }) => onMemberGone.mock.calls.map(([member]) => member))
  expect(new Set(gone.map(({ room, userId }) => `${room} ${userId}`)).size).toBe(gone.length)
})

test('a node that is back while its members are being removed keeps those that it sets again', async () => {
  const { start } = createTest()
  const [returning, claimer] = [await start(), await start()]
  await returning.node.setMember('room', 'ann', 'here')
  await returning.node.setMember('room', 'bob', 'here')
  returning.onRestored.mockImplementation(() => void returning.node.setMember('room', 'ann', 'here'))
  const [claimed, back] = [deferred(), deferred()]
  claimer.process.onRun = (script) => {
    if (script !== REMOVE_MEMBERS) return
    claimer.process.onRun = () => {}
    claimed.resolve()
    // The members are read only when the node is back, although the claim is older.
    void claimer.process.freeze(back.promise)
  }
  const frozen = returning.process.freeze(claimed.promise)
  await frozen
  await expect.poll(() => returning.onRestored.mock.calls.length).toBe(1)
  await afterBeats(returning, 3)
  back.resolve()
  await expect.poll(() => countOf(claimer.node, ['room'])).toBe(1)
  await afterBeats(claimer, 20)
  const { states } = await claimer.node.readMembers('room', 10)
  expect(states).toEqual([{ node: returning.node.id, userId: 'ann', state: 'here' }])
})

test('the last node that stops leaves its members to the next one that starts', async () => {
  const { start } = createTest()
  const last = await start(50)
  await last.node.setMember('room', 'ann', 'here')
  await last.node.stop()
  const next = await start()
  await expect.poll(() => countOf(next.node, ['room'])).toBe(0)
  await expect.poll(() => next.onMemberGone.mock.calls).toEqual([[{ room: 'room', userId: 'ann', state: 'here' }]])
})

test('the last node that dies leaves its members to the next one that starts', async () => {
  const { start, keys } = createTest()
  const last = await start(50)
  await last.node.setMember('room', 'ann', 'here')
  last.process.kill()
  const next = await start()
  expect(await countOf(next.node, ['room'])).toBe(1)
  await expect.poll(() => countOf(next.node, ['room'])).toBe(0)
  // Only the heartbeat of the next node is left.
  await expect.poll(async () => (await keys('')).length).toBe(2)
})

test('after Redis stood still for longer than a heartbeat may be late, no node is taken for dead', async () => {
  const { start } = createTest()
  const [a, b] = [await start(), await start()]
  await a.node.setMember('room', 'ann', 'here')
  await b.node.setMember('room', 'bob', 'here')
  await afterBeats(a, 15) // long enough to take others for dead
  server.pause()
  await new Promise((resolve) => void setTimeout(resolve, 1_000))
  // The second node cannot beat at once.
  const { promise, resolve } = deferred()
  const frozen = b.process.freeze(promise)
  server.resume()
  await afterBeats(a, 3)
  resolve()
  await frozen
  await afterBeats(b, 15)
  expect([a.onRestored.mock.calls, b.onRestored.mock.calls]).toEqual([[], []])
  expect(await countOf(a.node, ['room'])).toBe(2)
})

test('what a node does not set again after its connection was away is removed; what it sets again is no change', async () => {
  const { start, listen } = createTest()
  const [a, watching] = [await start(), await start()]
  await a.node.setMember('room', 'ann', 'stays')
  await a.node.setMember('room', 'bob', 'left meanwhile')
  await a.node.setMember('other', 'bob', 'left meanwhile')
  a.onRestored.mockImplementation(() => void a.node.setMember('room', 'ann', 'stays'))
  const changes = await listen(watching.node, ['room'])
  await server.send('CLIENT', 'KILL', 'TYPE', 'normal')
  await expect.poll(() => a.onRestored.mock.calls.length).toBeGreaterThan(0)
  await expect.poll(() => countOf(watching.node, ['room', 'other'])).toBe(1)
  const { states } = await watching.node.readMembers('room', 10)
  expect(states).toEqual([{ node: a.node.id, userId: 'ann', state: 'stays' }])
  expect(changes.map(({ userId, state }) => [userId, state])).toEqual([['bob', undefined]])
})

test('versions go on far away once the server has another replication id, and the members stay', async () => {
  const { start } = createTest()
  const { node } = await start()
  const { version: before } = await node.setMember('compared', 'ann', 'here')
  const { version: beforeRead } = await node.setMember('read', 'ann', 'here')
  const { version: beforeChange } = await node.setMember('changed', 'ann', 'here')
  await startRedis({ replicaOf: server }) // the first replica of a server changes it
  const [compared] = await node.memberPositions(['compared', 'none'])
  const read = await node.readMembers('read', 10)
  const changed = await node.setMember('changed', 'bob', 'here')
  const isFar = (version: number, from: number): boolean => Math.abs(version - from) > 1_000_000
  expect(isFar(compared?.version ?? 0, before)).toBe(true)
  expect(isFar(read.version, beforeRead)).toBe(true)
  expect(isFar(changed.version, beforeChange)).toBe(true)
  expect(read).toMatchObject({ count: 1, states: [{ node: node.id, userId: 'ann', state: 'here' }] })
  expect(changed).toMatchObject({ count: 2, wasMember: false })
  expect(await node.memberPositions(['compared', 'read', 'changed'])).toEqual([
    compared,
    { version: read.version, count: 1 },
    { version: changed.version, count: 2 },
  ])
})

test('members that were lost without their record are noticed: the version is far away', async () => {
  const { start, keys } = createTest()
  const { node } = await start()
  const before = await node.setMember('room', 'ann', 'here')
  for (const key of await keys(':members:"room"')) await server.send('DEL', key)
  const after = await node.setMember('room', 'bob', 'here')
  expect(after.count).toBe(1)
  expect(Math.abs(after.version - before.version)).toBeGreaterThan(1_000_000)
  expect(await node.memberPositions(['room'])).toEqual([{ version: after.version, count: 1 }])
})

test('of a room with 10,000 users, none is read where the limit is 200', async () => {
  const { start } = createTest()
  const { node } = await start()
  const users = Array.from({ length: 10_000 }, (_, index) => `user ${index}`)
  for (let index = 0; index < users.length; index += 1_000)
    await Promise.all(users.slice(index, index + 1_000).map((user) => node.setMember('room', user, `{"of":"${user}"}`)))
  await server.send('CONFIG', 'RESETSTAT')
  const above = await node.readMembers('room', 200)
  expect([above.count, above.states === undefined]).toEqual([10_000, true])
  expect(await server.send('INFO', 'commandstats')).not.toMatch(/cmdstat_(?:hgetall|hscan|hvals)/)
  const { states } = await node.readMembers('room', 10_000)
  expect(new Set(states?.map(({ userId }) => userId)).size).toBe(10_000)
})

test('removing a node from a room with 10,000 users blocks Redis for a slice of them only', async () => {
  const { start } = createTest()
  const [dead, watching] = [await start(), await start()]
  const users = Array.from({ length: 10_000 }, (_, index) => `user ${index}`)
  for (let index = 0; index < users.length; index += 1_000)
    await Promise.all(
      users
        .slice(index, index + 1_000)
        .map((user, order) => (order % 10 === 0 ? dead : watching).node.setMember('room', user, user)),
    )
  let removals = 0
  watching.process.onRun = (script) => void (script === REMOVE_MEMBERS && (removals += 1))
  await dead.node.stop()
  await expect.poll(() => countOf(watching.node, ['room'])).toBe(9_000)
  expect(removals).toBeGreaterThan(20)
})

test('a message, a state or an info of more bytes than the limits allow is refused', async () => {
  const { start, prefix, optionsOf } = createTest()
  const { node } = await start()
  const refused = {
    code: 'TOO_LARGE',
    message: 'a message to other nodes may have at most 65536 bytes, got 65538',
  }
  await expect(node.send('é'.repeat(32_769))).rejects.toMatchObject(refused)
  await expect(node.send('é'.repeat(32_769), 'room')).rejects.toMatchObject(refused)
  await expect(node.setMember('room', 'ann', 'x'.repeat(65_537))).rejects.toMatchObject({ code: 'TOO_LARGE' })
  await node.send('é'.repeat(32_768))
  const large = { ...optionsOf(0), info: 'x'.repeat(65_537) }
  await expect(nodes.create(prefix).start(large)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  const raised = nodes.create(prefix)
  await raised.start({ ...optionsOf(0), maxBytes: 200_000 })
  onTestFinished(() => raised.stop())
  await raised.send('x'.repeat(200_000), 'room')
  expect(await raised.setMember('room', 'ann', 'x'.repeat(200_000))).toMatchObject({ isMember: true })
})

test('while Redis is away calls reject at once, and a start can be tried again; then the node is back', async () => {
  const away = new RedisServer(server.port + 1, {})
  onTestFinished(() => away.kill())
  await away.start()
  const others = new RedisNodesOfTest(() => clientOf('ioredis', away))
  onTestFinished(() => others.close())
  await others.connect()
  const { optionsOf } = createTest()
  const [node, late] = [others.create('p'), others.create('p')]
  const options = optionsOf(GRACE_MS)
  await node.start(options)
  await node.setMember('room', 'ann', 'here')
  await away.kill()
  await expect.poll(() => node.list().then(String, (error: unknown) => error)).toMatchObject(UNAVAILABLE)
  const begun = performance.now()
  await expect(node.setMember('room', 'ann', undefined)).rejects.toMatchObject(UNAVAILABLE)
  await expect(node.send('message')).rejects.toMatchObject(UNAVAILABLE)
  await expect(node.memberPositions(['room'])).rejects.toMatchObject(UNAVAILABLE)
  await expect(node.subscribe('room', { onMessage: () => {}, onMembers: () => {} })).rejects.toMatchObject(UNAVAILABLE)
  await expect(late.start(optionsOf(GRACE_MS))).rejects.toMatchObject(UNAVAILABLE)
  expect(performance.now() - begun).toBeLessThan(1_000)
  await expect.poll(() => options.onError.mock.calls.length).toBe(1) // a heartbeat has failed
  await away.start()
  await expect.poll(() => options.onRestored.mock.calls.length).toBeGreaterThan(0)
  expect(options.onError.mock.calls).toEqual([[expect.objectContaining(UNAVAILABLE)]])
  expect(await node.memberPositions(['room'])).toEqual([{ version: 0, count: 0 }])
  await expect.poll(() => late.start(optionsOf(GRACE_MS)).then(() => 'started', String)).toBe('started')
  expect((await node.list()).map(({ id }) => id)).toEqual(expect.arrayContaining([node.id, late.id]))
  await node.stop()
  await late.stop()
})

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
