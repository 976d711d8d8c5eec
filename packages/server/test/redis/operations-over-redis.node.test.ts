import { defineContract } from '@roomful/contract'
import { type Head, INBOX, wire } from '@roomful/contract/protocol'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { refuse, type RoomsOptions } from '../../src/index.ts'
import { believe, chat } from '../support/chat.ts'
import { enter, startRedisNodes } from '../support/redis-node-servers.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type Client, cidOf, gate, texts, words } from '../support/start-rooms.ts'

const contract = defineContract({ ...chat.definition, inbox: { note: z.object({ text: z.string() }) } })

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})

const startTwo = (options: Partial<RoomsOptions<typeof contract>> = {}) =>
  startRedisNodes(redis, { contract, authenticate: believe, presenceGraceMs: 0, ...options })

const byes = (client: Client): unknown[] => client.of(wire.bye).map(([bye]) => bye)
const outs = (client: Client): unknown[] => client.of(wire.out).map(([out]) => out)

test('SEC15 rooms.remove with a ban puts the user out on both nodes, and both refuse it until rooms.unban', async () => {
  const { one, two } = await startTwo()
  const tabs = [await enter(one, 'ann'), await enter(two, 'ann')]
  await one.rooms.remove('general', 'ann', { code: 'SPAM', message: 'no advertising', banMs: 60_000 })
  for (const ann of tabs) {
    await expect.poll(() => outs(ann)).toContainEqual({ room: 'general', code: 'SPAM', message: 'no advertising' })
    expect(await ann.join('general')).toMatchObject({ ok: false, code: 'SPAM' })
  }
  await two.rooms.unban('general', 'ann')
  for (const ann of tabs) expect(await ann.join('general')).toMatchObject({ ok: true })
})

test('S18 S20 rooms.reauthorize and rooms.disconnect reach the connections of the other node', async () => {
  const refused = new Set<string>()
  const join = ({ user }: { user: { id: string } }) => {
    if (refused.has(user.id)) throw refuse('EXPELLED', 'not any more')
    return true
  }
  const { one, two } = await startTwo({ authorize: { join } })
  const [ann, bob] = [await enter(two, 'ann'), await enter(two, 'bob')]
  refused.add('ann')
  await one.rooms.reauthorize()
  await expect.poll(() => outs(ann)).toEqual([{ room: 'general', code: 'EXPELLED', message: 'not any more' }])
  await one.rooms.disconnect('ann', { code: 'BLOCKED', message: 'blocked' })
  await expect.poll(() => byes(ann)).toEqual([{ code: 'BLOCKED', message: 'blocked' }])
  await expect.poll(() => ann.socket.connected).toBe(false)
  expect([bob.socket.connected, ...outs(bob), ...byes(bob)]).toEqual([true])
})

test('S10 S25 what is read is the same on both nodes: members, rooms, history, inboxes, epochs', async () => {
  const { one, two } = await startTwo()
  const [ann, bob] = [await enter(one, 'ann'), await enter(two, 'bob')]
  await enter(two, 'ann')
  await bob.join('other')
  await bob.join(INBOX)
  await ann.publish('general', texts(['hello']))
  await one.rooms.toUser('bob').emit('note', { text: 'for bob' })
  await expect.poll(() => bob.of('note').map(([data]) => data)).toEqual([{ text: 'for bob' }])
  for (const { rooms } of [one, two]) {
    const idsOf = async () => (await rooms.members('general')).map(({ user }) => user.id).toSorted()
    await expect.poll(idsOf).toEqual(['ann', 'bob'])
    const list: Record<string, number> = {}
    for await (const { name, members } of rooms.list()) list[name] = members
    expect(list).toEqual({ general: 2, other: 1 })
    const { entries } = await rooms.history('general')
    expect(entries).toMatchObject([{ seq: 1, data: { text: 'hello' } }])
  }
  expect([one, two].map(({ rooms }) => rooms.metrics().members)).toEqual([1, 3])

  await two.rooms.newEpoch()
  const headOf = (client: Client) => client.of(wire.head).find(([head]) => (head as Head).room === 'general')?.[0]
  for (const client of [ann, bob])
    await expect.poll(() => headOf(client)).toMatchObject({ seq: 1, previous: { head: 1 } })
})

test('F6 a node closes while the other one serves: its client goes there, and each message is stored once, in order', async () => {
  const [handling, slow] = [gate(), gate()]
  const { one, two } = await startTwo({ presenceGraceMs: 60_000 })
  one.rooms.handle('message', async ({ data }) => {
    if (data.text !== 'b') return
    handling.open()
    await slow.opened
  })
  const [ann, bob] = [await enter(one, 'ann'), await enter(two, 'bob')]
  const { epoch } = await bob.join('general')
  const answer = ann.publish('general', texts(['a', 'b', 'c', 'd']))
  await handling.opened
  const closed = one.rooms.close()
  slow.open()
  expect(await answer).toMatchObject({ code: 'CLOSING', results: [{ seq: 1 }, { seq: 2 }] })
  await closed
  await expect.poll(() => byes(ann)).toMatchObject([{ code: 'CLOSING', after: 1_000 }])
  await bob.publish('general', texts(['meanwhile']), { cid: cidOf('b') })

  const back = await two.connect({ id: 'ann' })
  expect(await back.join('general', { epoch, seq: 2 })).toMatchObject({ epoch, continues: 2, entries: [{ seq: 3 }] })
  const again = await back.publish('general', texts(['a', 'b', 'c', 'd']))
  expect(again).toMatchObject({ ok: true, results: [{ seq: 1 }, { seq: 2 }, { seq: 4 }, { seq: 5 }] })
  await expect.poll(() => words(bob)).toEqual(['a', 'b', 'meanwhile', 'c', 'd'])
  expect((await two.rooms.members('general')).map(({ user }) => user.id).toSorted()).toEqual(['ann', 'bob'])
})
