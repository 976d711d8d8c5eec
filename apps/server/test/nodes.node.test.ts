import { type JoinAnswer, wire } from '@roomful/contract/protocol'
import type { Socket } from 'socket.io-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../packages/server/test/support/redis-server.ts'
import { startServer } from '../src/app.ts'
import { collect, connect, longTimeout, postSession, signIn, startTestServer, temporaryFolder } from './support.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})

let lastPrefix = 0

/** Servers that share a Redis and a signing key, and no folder. */
async function startTwo({ url }: { readonly url: string } = redis) {
  const shared = { redis: { url, prefix: `test-${(lastPrefix += 1)}` }, sessionKey: Buffer.alloc(32, 7), trustProxy: 1 }
  return [await startTestServer(shared), await startTestServer(shared)] as const
}

async function signedIn(url: string, name: string, network = '192.0.2.9'): Promise<Socket> {
  const { token } = await signIn(url, name)
  return await connect(url, { token }, { 'x-forwarded-for': network })
}

describe('two servers with one Redis', () => {
  it('S12 are one chat: a session of one is valid at the other, and messages reach the members of both', async () => {
    const [one, two] = await startTwo()
    const { token, user } = await signIn(one.url, 'Ann')
    expect(await (await postSession(two.url, { token })).json()).toMatchObject({ user })
    const [ann, bob] = [await connect(two.url, { token }), await signedIn(one.url, 'Bob')]
    const received = [ann, bob].map((socket) => collect(socket, 'message'))
    await expect.poll(async () => (await ann.emitWithAck(wire.join, { room: 'general' })).ok).toBe(true)
    const { epoch }: JoinAnswer = await bob.emitWithAck(wire.join, { room: 'general' })
    const items = [{ n: 1, id: 'm'.repeat(16), event: 'message', data: { text: 'hello' } }]
    await bob.emitWithAck(wire.publish, { room: 'general', epoch, cid: 'c'.repeat(22), items })
    for (const messages of received) {
      await expect.poll(() => messages.length, longTimeout).toBe(1)
      expect(messages[0]).toMatchObject([{ text: 'hello' }, { seq: 1, from: { name: 'Bob' } }])
    }
  })

  it('list the rooms that were created at either, and announce them to the clients of both', async () => {
    const [one, two] = await startTwo()
    const [ann, bob] = [await signedIn(one.url, 'Ann'), await signedIn(two.url, 'Bob')]
    const announced = [ann, bob].map((socket) => collect(socket, 'room_created'))
    expect(await ann.emitWithAck('create_room', { name: 'five o’clock tea' })).toEqual({ name: 'five o’clock tea' })
    expect(await bob.emitWithAck('create_room', { name: 'milk' })).toEqual({ name: 'milk' })
    expect(await ann.emitWithAck('create_room', { name: 'milk' })).toEqual({ name: 'milk' })
    const created = [{ name: 'five o’clock tea' }, { name: 'milk' }]
    await expect
      .poll(() => announced, longTimeout)
      .toEqual([created, created].map((rooms) => rooms.map((room) => [room])))
    for (const client of [ann, bob]) expect((await client.emitWithAck('list_rooms')).slice(-2)).toEqual(created)
  })

  it('SEC9 count the rooms of a user and of a network together', async () => {
    const [one, two] = await startTwo()
    const { token } = await signIn(one.url, 'Ann')
    const tabs = await Promise.all(
      [one, two].map(({ url }) => connect(url, { token }, { 'x-forwarded-for': '192.0.2.1' })),
    )
    const create = async (socket: Socket | undefined, name: string) =>
      await socket?.emitWithAck('create_room', { name })
    for (let n = 0; n < 10; n += 1) await create(tabs[n % 2], `ann ${n}`)
    const refused = (message: string) => ({ $error: { code: 'LIMIT', message } })
    for (const tab of tabs)
      expect(await create(tab, 'more')).toEqual(refused('you have created 10 rooms; use one of them'))
    const others = await Promise.all([one, two].map(({ url }, index) => signedIn(url, `eve ${index}`, '192.0.2.1')))
    for (let n = 0; n < 15; n += 1) await create(others[n % 2], `eve ${n}`)
    const message = '25 rooms were created from your network; use one of them'
    for (const other of others) expect(await create(other, 'more')).toEqual(refused(message))
  })

  it('send the tutorial’s events to the clients of both, and those of a room to its members only', async () => {
    const [one, two] = await startTwo()
    const [ann, bob] = [await connect(one.url), await connect(two.url)]
    const received = [ann, bob].map((socket) => ['message', 'room_message'].map((event) => collect(socket, event)))
    ann.send('hi')
    await bob.emitWithAck('join', { room: 'tea' })
    await ann.emitWithAck('join', { room: 'milk' })
    await ann.emitWithAck('join', { room: 'tea' })
    const hi = [['Server received: hi']]
    await expect
      .poll(() => received, longTimeout)
      .toEqual([
        [hi, [['User joined milk'], ['User joined tea']]],
        [hi, [['User joined tea'], ['User joined tea']]],
      ])
  })

  it('are not ready while Redis is away, and go on when it is back', async () => {
    const own = await startRedis()
    const [one] = await startTwo(own)
    const ann = await signedIn(one.url, 'Ann')
    const statusOf = async (path: string) => (await fetch(one.url + path)).status
    await expect.poll(() => statusOf('/readyz'), longTimeout).toBe(200)
    await own.kill()
    await expect.poll(() => statusOf('/readyz'), longTimeout).toBe(503)
    expect(await statusOf('/healthz')).toBe(200)
    const message = 'the list of rooms is not available; try again'
    expect(await ann.emitWithAck('list_rooms')).toEqual({ $error: { code: 'UNAVAILABLE', message } })
    const received = collect(ann, 'message')
    ann.send('hi')
    await expect.poll(() => received, longTimeout).toEqual([['Server received: hi']])
    await own.start()
    await expect.poll(() => statusOf('/readyz'), longTimeout).toBe(200)
    await expect.poll(async () => await ann.emitWithAck('list_rooms'), longTimeout).toHaveLength(4)
  })
})

it('a server whose Redis does not answer does not start, and says so without the password', async () => {
  const own = await startRedis()
  await own.kill()
  const url = `redis://:secret@127.0.0.1:${own.port}`
  const started = startServer({ dataDir: await temporaryFolder(), redis: { url } })
  await expect(started).rejects.toThrow(
    new RegExp(`^Redis at 127\\.0\\.0\\.1:${own.port} cannot be used: .*ECONNREFUSED`),
  )
})
