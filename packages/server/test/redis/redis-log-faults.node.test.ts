import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { DecidedItem, RoomLog } from '../../src/index.ts'
import { redisLog } from '../../src/redis.ts'
import { append } from '../support/append.ts'
import { clientOf, clientPackages } from '../support/redis-clients.ts'
import { connected, emptyRedisLog, newPrefix } from '../support/redis-logs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { createTcpSwitch } from '../support/tcp-switch.ts'

const UNAVAILABLE = { code: 'UNAVAILABLE' }
const entry = { event: 'message', data: 'hello', id: 'id', from: null, at: 1 }
const ann = { user: 'ann', cid: 'c' }
const item = (n: number): DecidedItem => ({ n, hash: `hash ${n}`, entry })
const position = async (log: RoomLog) => await log.page('general', { after: 0, limit: 0, bytes: 0 })
const say = async (log: RoomLog, count: number) =>
  await append(
    log,
    'general',
    Array.from({ length: count }, () => entry),
  )
const settled = async (call: () => unknown): Promise<string> => {
  try {
    await call()
    return 'fine'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})

describe('what Redis loses', () => {
  const begin = async () => {
    const prefix = newPrefix()
    const log = await emptyRedisLog({ client: clientOf('redis', server), prefix })
    await say(log, 2)
    const keys = (await server.send('KEYS', `{${prefix}:*}:*:"general"`)) as string[]
    const remove = async (kind: string) => await server.send('DEL', keys.find((key) => key.includes(kind)) ?? '')
    return { log, prefix, remove, before: await position(log) }
  }

  test('S10 without its entries a room keeps its epoch, numbers and rows', async () => {
    const { log, remove, before } = await begin()
    await log.commit('general', { sender: ann, items: [item(1)] })
    await remove(':entries:')
    expect(await position(log)).toEqual({ ...before, head: 3, first: 4 })
    expect(await log.commit('general', { sender: ann, items: [item(1)] })).toMatchObject({ results: [{ seq: 3 }] })
    expect(await say(log, 1)).toMatchObject({ epoch: before.epoch, head: 4 })
    expect(await position(log)).toMatchObject({ first: 4 })
  })

  test('S10 without its record a room begins anew, in another epoch that follows the one before at 0', async () => {
    const { log, remove, before } = await begin()
    await remove(':log:')
    const after = await position(log)
    expect(after).toMatchObject({ head: 0, first: 1, lineage: [{ epoch: before.epoch, head: 0 }] })
    expect(after.epoch).not.toBe(before.epoch)
    expect(await say(log, 1)).toMatchObject({ epoch: after.epoch, head: 1 })
  })

  test('S10 a node that has seen more than the log has gets another epoch, whose lineage has the lower head', async () => {
    const { log, before } = await begin()
    const unsubscribe = await log.subscribe('general', () => {})
    await say(log, 2)
    const keys = (await server.send('KEYS', `*:log:"general"`)) as string[]
    // As after a failover that the replication id does not show.
    for (const one of keys)
      if ((await server.send('HGET', one, 'e')) === before.epoch) {
        await server.send('HSET', one, 'h', '2')
        await server.send('LTRIM', one.replace(':log:', ':entries:'), '0', '1')
      }
    const after = await position(log)
    expect(after).toMatchObject({ head: 2, first: 1, lineage: [{ epoch: before.epoch, head: 2 }] })
    expect(after.epoch).not.toBe(before.epoch)
    unsubscribe()
  })

  test('S12 heads are those of the log, whatever a node knows: after news, a loss, a step back, and a new epoch', async () => {
    const { log, prefix, before } = await begin()
    const rooms = ['general', 'quiet', 'lost', 'changed']
    for (const room of rooms) onTestFinished(await log.subscribe(room, () => {}))
    await append(log, 'lost', [entry])
    await append(log, 'changed', [entry])
    const first = await log.heads(rooms)
    expect(first.map(({ head }) => head)).toEqual([2, 0, 1, 1])
    expect(await log.heads(rooms)).toEqual(first)

    const keyOf = async (room: string) => String(await server.send('KEYS', `{${prefix}:*}:log:"${room}"`))
    await server.send('HSET', await keyOf('general'), 'h', '3') // as by another node whose message did not come
    await server.send('RPUSH', (await keyOf('general')).replace(':log:', ':entries:'), '1 0 {}')
    await server.send('DEL', await keyOf('lost'))
    await server.send('HSET', await keyOf('changed'), 'h', '0', 'f', '1')
    await server.send('DEL', (await keyOf('changed')).replace(':log:', ':entries:'))
    const second = await log.heads(rooms)
    expect(second.map(({ head }) => head)).toEqual([3, 0, 0, 0])
    expect(second.map(({ epoch }, index) => epoch === first[index]?.epoch)).toEqual([true, true, false, false])
    expect(second[3]?.lineage).toEqual([{ epoch: first[3]?.epoch, head: 0 }])
    expect(second[0]?.epoch).toBe(before.epoch)

    await log.newEpoch()
    const third = await log.heads(rooms)
    expect(third.map(({ lineage }) => lineage[0])).toEqual(second.map(({ epoch, head }) => ({ epoch, head })))
    expect(await log.heads(rooms)).toEqual(third)
  })

  test('S10 a loss lowers the heads of all earlier epochs', async () => {
    const { log, before } = await begin()
    await say(log, 1)
    await log.newEpoch()
    const unsubscribe = await log.subscribe('general', () => {})
    const { epoch } = await say(log, 2)
    for (const key of (await server.send('KEYS', '*:log:"general"')) as string[])
      if ((await server.send('HGET', key, 'e')) === epoch) {
        await server.send('HSET', key, 'h', '2')
        await server.send('LTRIM', key.replace(':log:', ':entries:'), '0', '1')
      }
    const lineage = [
      { epoch, head: 2 },
      { epoch: before.epoch, head: 2 },
    ]
    expect(await position(log)).toMatchObject({ head: 2, lineage })
    unsubscribe()
  })

  test('S10 after FLUSHALL the log is a new one', async () => {
    const { log, before } = await begin()
    await server.send('FLUSHALL')
    const after = await position(log)
    expect(after).toMatchObject({ head: 0, first: 1, lineage: [] })
    expect(after.epoch).not.toBe(before.epoch)
  })

  test('S7 with a full memory a batch is refused as a whole, and pages are read', async () => {
    const { log } = await begin()
    const before = await position(log)
    await server.send('CONFIG', 'SET', 'maxmemory', '1')
    onTestFinished(async () => void (await server.send('CONFIG', 'SET', 'maxmemory', '0')))
    await expect(log.commit('general', { sender: ann, items: [item(1)] })).rejects.toMatchObject(UNAVAILABLE)
    expect(await position(log)).toEqual(before)
    await server.send('CONFIG', 'SET', 'maxmemory', '0')
    expect(await log.commit('general', { sender: ann, items: [item(1)] })).toMatchObject({ results: [{ seq: 3 }] })
  })
})

test.each(clientPackages)('S5 %s: a batch whose answer was lost is stored once', async (name) => {
  const link = await createTcpSwitch(server.port)
  const client = clientOf(name, link)
  const prefix = newPrefix()
  const log = await emptyRedisLog({ client, prefix })
  const witness = await emptyRedisLog({ client: clientOf(name, server), prefix })
  await say(log, 1)
  link.losesAnswers = true
  const lost = log.commit('general', { sender: ann, items: [item(1)] })
  await expect.poll(() => position(witness).then(({ head }) => head)).toBe(2)
  link.cut()
  await expect(lost).rejects.toMatchObject(UNAVAILABLE)
  link.losesAnswers = false
  await expect.poll(() => settled(() => position(log))).toBe('fine')
  expect(await position(log)).toMatchObject({ head: 2 })
  const again = await log.commit('general', { sender: ann, items: [item(1)] })
  expect(again).toMatchObject({ head: 2, results: [{ seq: 2 }], entries: [] })
})

test.each(clientPackages)('S10 %s: a lagging replica that is promoted begins another epoch', async (name) => {
  const primary = await startRedis()
  const replica = await startRedis({ replicaOf: primary })
  const link = await createTcpSwitch(primary.port)
  const client = clientOf(name, link)
  const log = await emptyRedisLog({ client })
  await say(log, 3)
  const before = await position(log)
  await expect
    .poll(async () => {
      const [one, other] = await Promise.all([primary, replica].map((one) => one.send('DBSIZE')))
      return one === other
    })
    .toBe(true)
  replica.pause()
  expect(await say(log, 2)).toMatchObject({ epoch: before.epoch, head: 5 })
  await primary.kill()
  link.target = replica.port
  link.cut()
  replica.resume()
  await expect.poll(() => settled(() => replica.send('REPLICAOF', 'NO', 'ONE'))).toBe('fine')
  await expect.poll(() => settled(() => position(log))).toBe('fine')
  const after = await position(log)
  expect(after.epoch).not.toBe(before.epoch)
  expect(after).toMatchObject({ lineage: [{ epoch: before.epoch, head: after.head }] })
})

describe('durability: replica', () => {
  let primary: RedisServer
  let replica: RedisServer
  beforeAll(async () => {
    primary = await startRedis()
    replica = await startRedis({ replicaOf: primary })
  })

  test.each(clientPackages)('S5 %s: nothing is confirmed that no replica has, resends included', async (name) => {
    const log = await emptyRedisLog({ client: clientOf(name, primary), durability: 'replica' })
    expect(log.durability).toBe('replica')
    expect(await log.commit('general', { sender: ann, items: [item(1)] })).toMatchObject({ head: 1 })
    await Promise.all(Array.from({ length: 100 }, () => say(log, 1)))
    replica.pause()
    await expect(log.commit('general', { sender: ann, items: [item(1)] })).rejects.toMatchObject(UNAVAILABLE)
    const written = log.commit('general', { sender: ann, items: [item(2)] })
    // Reads do not wait for the replica.
    const startedAt = performance.now()
    await position(log)
    expect(performance.now() - startedAt).toBeLessThan(400)
    await expect(written).rejects.toMatchObject(UNAVAILABLE)
    replica.resume()
    await expect.poll(() => settled(() => log.commit('general', { sender: ann, items: [item(2)] }))).toBe('fine')
    expect(await log.commit('general', { sender: ann, items: [item(2)] })).toMatchObject({
      head: 102,
      results: [{ seq: 102 }],
      entries: [],
    })
  })
})

test.each(clientPackages)(
  'S5 %s: a primary that was left behind by a failover confirms nothing, and what it could not confirm is stored once by its successor',
  async (name) => {
    const primary = await startRedis()
    const successor = await startRedis({ replicaOf: primary })
    await startRedis({ replicaOf: successor })
    const link = await createTcpSwitch(primary.port)
    const log = await emptyRedisLog({ client: clientOf(name, link), durability: 'replica' })
    const commit = async (n: number) => await log.commit('general', { sender: ann, items: [item(n)] })
    expect(await commit(1)).toMatchObject({ head: 1 })
    await successor.send('REPLICAOF', 'NO', 'ONE')
    await expect(commit(2)).rejects.toMatchObject(UNAVAILABLE)
    expect(await position(log)).toMatchObject({ head: 2 })
    link.target = successor.port
    link.cut()
    await expect.poll(() => settled(() => commit(2))).toBe('fine')
    expect(await commit(2)).toMatchObject({ head: 2, results: [{ seq: 2 }], entries: [] })
    expect(await position(log)).toMatchObject({ head: 2 })
  },
)

describe('a server that the log cannot use', () => {
  const failureOf = async (url: string) => {
    const log = redisLog({ url, prefix: newPrefix() })
    onTestFinished(() => log.close?.())
    await expect(say(log, 1)).rejects.toMatchObject(UNAVAILABLE)
    let sentence = ''
    await expect
      .poll(async () => {
        sentence = await Promise.resolve(log.check?.()).then(() => 'fine', String)
        return sentence
      })
      .not.toMatch(/yet/)
    return sentence
  }

  test('one that is not there, one whose user may not run scripts, one that evicts keys: a sentence says so', async () => {
    expect(await failureOf('redis://127.0.0.1:1')).toMatch(/no connection to Redis: .*ECONNREFUSED/)
    await server.send('ACL', 'SETUSER', 'poor', 'on', '>secret', '~*', '&*', '+@all', '-@scripting')
    expect(await failureOf(`redis://poor:secret@127.0.0.1:${server.port}`)).toMatch(/may not run scripts/)
    expect(await failureOf(`redis://poor:wrong@127.0.0.1:${server.port}`)).toMatch(/WRONGPASS/)
    const evicting = await startRedis({ config: ['maxmemory 100mb', 'maxmemory-policy allkeys-lru'] })
    expect(await failureOf(evicting.url)).toMatch(/maxmemory-policy allkeys-lru/)
    const volatile = await startRedis({ config: ['maxmemory 100mb', 'maxmemory-policy volatile-lru'] })
    const log = redisLog({ url: volatile.url })
    onTestFinished(() => log.close?.())
    await connected(log)
    const member = await startRedis({ isCluster: true })
    expect(await failureOf(member.url)).toMatch(/belongs to a cluster/)
  })

  test.each([
    [{}, /either a client or a url/],
    [{ url: 'http://127.0.0.1' }, /url must be like redis:/],
    [{ url: 'redis://127.0.0.1/abc' }, /url must be like redis:.* the number of a database/],
    [{ url: 'redis://127.0.0.1/0/1' }, /url must be like redis:/],
    [{ client: {} }, /client must be a client of the package redis or ioredis/],
    [{ url: 'redis://127.0.0.1', prefix: 'a{b}' }, /prefix must be/],
    [{ url: 'redis://127.0.0.1', durability: 'disk' }, /durability must be/],
  ])('invalid options are an error at once: %o', (options, sentence) => {
    expect(() => redisLog(options as object)).toThrow(sentence)
  })
})

test.each([
  [{}, '1000 entries of any age'],
  [{ retention: { maxEntries: 50, maxAgeMs: 1_000 } }, '50 entries of at most 1000 ms'],
  [{ retention: () => ({ maxEntries: 50 }) }, 'a function'],
])('names the options that all nodes must share: %o', (options, retention) => {
  const log = redisLog({ url: server.url, prefix: newPrefix(), maxRows: 7, ...options })
  onTestFinished(() => log.close?.())
  expect(log.sharedOptions).toEqual({
    retention,
    maxRows: '7',
    maxRowsPerUser: '1000',
    maxRowsPerAddress: '5000',
    maxBans: expect.stringMatching(/^\d+$/),
  })
})
