import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { believe, chat } from '../support/chat.ts'
import { enter, startRedisNodes } from '../support/redis-node-servers.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { texts, words } from '../support/start-rooms.ts'
import { createTcpSwitch } from '../support/tcp-switch.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})

const options = { contract: chat, authenticate: believe, presenceGraceMs: 0 }
const startNodes = () => startRedisNodes(redis, options)

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
  const idsOf = async ({ rooms }: Pick<typeof one, 'rooms'>): Promise<string[]> =>
    (await rooms.members('general')).map(({ user }) => user.id).toSorted()
  for (const server of [one, two]) await expect.poll(() => idsOf(server)).toEqual(['ann', 'bob'])
  bob.socket.disconnect()
  for (const server of [one, two]) await expect.poll(() => idsOf(server)).toEqual(['ann'])
})

test('S12 what does not come over a connection that seems healthy is read by the check every 10 s, once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const link = await createTcpSwitch(redis.port)
  const { one, two } = await startRedisNodes(redis, options, link)
  const [ann, bob] = [await enter(one, 'ann'), await enter(two, 'bob')]
  await ann.publish('general', texts(['before']))
  await expect.poll(() => words(bob)).toEqual(['before'])
  link.losesMessages = true
  await ann.publish('general', texts(['one', 'two'], 2))
  await expect.poll(() => words(ann)).toHaveLength(3)
  // All pings up to the check are answered.
  vi.advanceTimersByTime(10_000)
  await expect.poll(() => words(bob)).toEqual(['before', 'one', 'two'])
  expect(await two.rooms.isReady()).toBe(true)
  link.losesMessages = false
  await ann.publish('general', texts(['after'], 4))
  await expect.poll(() => words(bob)).toEqual(['before', 'one', 'two', 'after'])
  expect(bob.of('$bye')).toEqual([])
})
