import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { believe, chat } from '../support/chat.ts'
import { clientOf } from '../support/redis-clients.ts'
import { emptyRedisLog, newPrefix } from '../support/redis-logs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type Client, startRooms, texts, words } from '../support/start-rooms.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})

/** Servers of two nodes that share one Redis, without a Socket.IO adapter. */
async function startNodes() {
  const prefix = newPrefix()
  const start = async (name: Parameters<typeof clientOf>[0]) => {
    const log = await emptyRedisLog({ client: clientOf(name, redis), prefix })
    const running = await startRooms({ contract: chat, authenticate: believe, log, presenceGraceMs: 0 })
    onTestFinished(() => running.rooms.close())
    return running
  }
  return { one: await start('redis'), two: await start('ioredis') }
}

async function enter(server: { connect: (auth: Record<string, unknown>) => Promise<Client> }, id: string) {
  const client = await server.connect({ id })
  await expect.poll(async () => (await client.join('general')).ok).toBe(true)
  return client
}

test('S12 messages of two nodes reach the members of both, once and in one order', async () => {
  const { one, two } = await startNodes()
  const [ann, bob] = [await enter(one, 'ann'), await enter(two, 'bob')]
  for (let n = 1; n <= 10; n += 1)
    await Promise.all([
      ann.publish('general', texts([`a${n}`], n)),
      bob.publish('general', texts([`b${n}`], n), { cid: 'b'.repeat(22) }),
    ])
  await two.rooms.to('general').emit('message', { text: 'by the server' })
  for (const client of [ann, bob]) await expect.poll(() => words(client)).toHaveLength(21)
  expect(words(ann)).toEqual(words(bob))
  expect(words(ann).filter((text) => text.startsWith('a'))).toEqual(Array.from({ length: 10 }, (_, n) => `a${n + 1}`))
  expect([...one.errors, ...two.errors]).toEqual([])
})

test('members of both nodes are listed on both; who leaves one node leaves for all', async () => {
  const { one, two } = await startNodes()
  await enter(one, 'ann')
  const bob = await enter(two, 'bob')
  const idsOf = async ({ rooms }: typeof one): Promise<string[]> =>
    (await rooms.members('general')).map(({ user }) => user.id).toSorted()
  for (const server of [one, two]) await expect.poll(() => idsOf(server)).toEqual(['ann', 'bob'])
  bob.socket.disconnect()
  for (const server of [one, two]) await expect.poll(() => idsOf(server)).toEqual(['ann'])
})

test('rooms.remove on one node puts the user out on the other', async () => {
  const { one, two } = await startNodes()
  await enter(one, 'ann')
  const bob = await enter(two, 'bob')
  await one.rooms.remove('general', 'bob')
  await expect.poll(() => bob.of('$out')).toHaveLength(1)
})
