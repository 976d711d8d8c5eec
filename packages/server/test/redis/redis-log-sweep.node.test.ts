import { beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { RoomLog } from '../../src/index.ts'
import { clientOf } from '../support/redis-clients.ts'
import { emptyRedisLog, newPrefix } from '../support/redis-logs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
})

const commit = async (log: RoomLog, user: string) => {
  const entry = { event: 'message', data: 1, id: 'id', from: null, at: 1 }
  return await log.commit('general', { sender: { user, cid: 'c' }, items: [{ n: 1, hash: 'h', entry }] })
}
const isRefused = async (log: RoomLog, user: string): Promise<boolean> =>
  await commit(log, user).then(
    () => false,
    ({ code }: { readonly code: string }) => code === 'LIMIT',
  )

test('S8 rows are looked through at most once a minute for new senders that find no space, by all nodes together', async () => {
  const prefix = newPrefix()
  const node = async () => await emptyRedisLog({ client: clientOf('redis', server), prefix, maxRows: 1 })
  const [one, other] = [await node(), await node()]
  await commit(one, 'ann')
  const scans = async (): Promise<number> =>
    Number(/cmdstat_hscan:calls=(\d+)/.exec(String(await server.send('INFO', 'commandstats')))?.[1] ?? 0)
  const before = await scans()
  expect(await isRefused(one, 'bob')).toBe(true)
  const swept = await scans()
  expect(swept).toBeGreaterThan(before)
  expect([await isRefused(one, 'bob'), await isRefused(other, 'cyd')]).toEqual([true, true])
  expect(await scans()).toBe(swept)
  vi.setSystemTime(Date.now() + 60_000)
  expect(await isRefused(other, 'cyd')).toBe(true)
  expect(await scans()).toBeGreaterThan(swept)
})
