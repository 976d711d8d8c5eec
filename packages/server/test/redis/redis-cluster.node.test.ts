import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PARTITIONS, partitionOf } from '../../src/redis/room-keys.ts'
import { describeLog } from '../log-suite.ts'
import { append } from '../support/append.ts'
import { clientPackages, clusterOf } from '../support/redis-clients.ts'
import { emptyRedisLog, NEIGHBOR } from '../support/redis-logs.ts'
import { type RedisServer, startCluster } from '../support/redis-server.ts'

let cluster: readonly RedisServer[]
beforeAll(async () => {
  cluster = await startCluster()
})

describeLog(
  'redis log in a cluster',
  (options) => emptyRedisLog({ client: clusterOf('redis', cluster, onTestFinished), ...options }),
  NEIGHBOR,
)

describe.each(clientPackages)('a cluster, with %s', (name) => {
  test('all partitions are used on all servers, also after slots have moved to another one', async () => {
    const prefix = `moving-${name}`
    const log = await emptyRedisLog({ client: clusterOf(name, cluster, onTestFinished), prefix })
    const rooms = Array.from({ length: PARTITIONS }, (_, partition) => roomIn(partition))
    const received = new Map<string, number[]>(rooms.map((room) => [room, []]))
    for (const room of rooms)
      await log.subscribe(room, ({ entries }) => received.get(room)?.push(...entries.map(({ seq }) => seq)))
    const say = async () => {
      const entry = { event: 'message', data: 'hello', id: 'id', from: null, at: 1 }
      return await Promise.allSettled(rooms.map(async (room) => await append(log, room, [entry])))
    }
    expect((await say()).map(({ status }) => status)).toEqual(rooms.map(() => 'fulfilled'))
    await expect.poll(() => [...received.values()]).toEqual(rooms.map(() => [1]))
    const counts = await Promise.all(cluster.map((server) => server.send('PUBSUB', 'SHARDCHANNELS', `{${prefix}*`)))
    for (const channels of counts) expect((channels as string[]).length).toBeGreaterThan(5)

    const before = await log.heads(rooms)
    await moveSlots(prefix)
    // What meets the moved slots is refused, and written after the log has followed.
    await expect
      .poll(async () => {
        await say()
        const outcomes = await say()
        return outcomes.every(({ status }) => status === 'fulfilled')
      })
      .toBe(true)
    const after = await log.heads(rooms)
    expect(after.every(({ head }, index) => head > (before[index]?.head ?? 0))).toBe(true)
    for (const [index, { epoch, lineage }] of after.entries())
      expect([epoch, ...lineage.map((earlier) => earlier.epoch)]).toContain(before[index]?.epoch)
    await expect
      .poll(async () => {
        await say()
        const heads = await log.heads(rooms)
        return rooms.filter((room, index) => received.get(room)?.at(-1) !== heads[index]?.head)
      })
      .toEqual([])
  })
})

function roomIn(partition: number): string {
  for (let n = 0; ; n += 1) if (partitionOf(`room ${n}`) === partition) return `room ${n}`
}

/** Moves the slots of the partitions that the first server has to the second one, with their keys. */
async function moveSlots(prefix: string): Promise<void> {
  const [from, to, third] = cluster as [RedisServer, RedisServer, RedisServer]
  const [fromId, toId] = [String(await from.send('CLUSTER', 'MYID')), String(await to.send('CLUSTER', 'MYID'))]
  const slots = new Set<string>()
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    slots.add(String(await from.send('CLUSTER', 'KEYSLOT', `{${prefix}:${partition}}`)))
  for (const slot of slots) {
    const keys = (await from.send('CLUSTER', 'GETKEYSINSLOT', slot, '1000').catch(() => [])) as string[]
    if (keys.length === 0) continue
    await to.send('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
    await from.send('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
    await from.send('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys)
    for (const server of [to, from, third]) await server.send('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
  }
}
