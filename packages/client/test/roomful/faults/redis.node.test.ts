import { setTimeout as delay } from 'node:timers/promises'
import { redisLog } from '@roomful/server/redis'
import { expect, onTestFinished, test } from 'vitest'
import { clientOf, type ClientPackage } from '../../../../server/test/support/redis-clients.ts'
import { startRedis } from '../../../../server/test/support/redis-server.ts'
import { eventually } from '../../support/eventually.ts'
import { expectExact, expectViews, seen } from './support/exact.ts'
import { type Person, startPerson, texts } from './support/person.ts'
import { type LocalOptions, startLocalServer, startProxy } from './support/servers.ts'

/** Redis keeps on its disk what it has answered. */
const DISK = ['appendonly yes', 'appendfsync always']

/** Two nodes, each behind a proxy of its own to Redis. */
async function startNodes({
  config = [],
  handle,
}: { config?: readonly string[]; handle?: LocalOptions['handle'] } = {}) {
  const redis = await startRedis({ config })
  const start = async (client: ClientPackage) => {
    const link = await startProxy(redis)
    const log = redisLog({ client: clientOf(client, { url: `redis://127.0.0.1:${link.port}` }) })
    onTestFinished(() => log.close?.())
    await eventually(() => log.check?.())
    return { link, log, ...(await startLocalServer({ log, onError: () => {}, ...(handle && { handle }) })) }
  }
  return { redis, one: await start('redis'), two: await start('ioredis') }
}

async function joined(...people: readonly Person[]): Promise<void> {
  await Promise.all(people.map(({ room }) => room.join()))
  for (const { room } of people) await eventually(() => expect(room.members.getState().size).toBe(people.length))
}

const wordsOf = ({ view }: Person): string[] => view.map(({ text }) => text)
/** The codes with which the server has refused to store messages. */
const refusalsOf = ({ frames }: Person): unknown[] =>
  frames.flatMap((frame) =>
    frame.type === 'ack' && frame.event === '$publish' ? ((frame.args[0] as { code?: unknown }).code ?? []) : [],
  )

test('P1 P4 P5 S12 while Redis is away, messages wait, members stay, and nodes send what needs no log; then all goes on', async () => {
  const { one, two } = await startNodes()
  const [ann, bob, cem] = [startPerson(one.url, 'Ann'), startPerson(one.url, 'Bob'), startPerson(two.url, 'Cem')]
  const people = [ann, bob, cem]
  await joined(...people)
  await cem.send('before')
  for (const { link } of [one, two]) {
    link.refuse()
    link.cut()
  }
  const sent = [ann.send(...texts('a', 10)), cem.send(...texts('c', 10))]
  for (const { log } of [one, two])
    await eventually(() => expect(log.check?.()).rejects.toMatchObject({ code: 'UNAVAILABLE' }))
  for (const person of [ann, cem]) await eventually(() => expect(refusalsOf(person)).toContain('UNAVAILABLE'))
  ann.room.volatile.emit('cursor', { x: 7 })
  await eventually(() => expect(bob.cursors).toEqual([7]))
  for (const { client, room } of people)
    expect([client.status, room.status, room.members.getState().size]).toEqual(['connected', 'joined', 3])
  for (const { client } of [ann, cem]) {
    const { queued, sending } = client.outbox.getState()
    expect(queued + sending).toBe(10)
  }
  for (const { link } of [one, two]) link.pass()
  await Promise.all(sent)
  await expectExact(one, people)
  expect(people.flatMap(({ gaps }) => gaps)).toEqual([])
})

test('P1 F4 S12 a message that Redis has stored before it was killed, without an answer, is stored once', async () => {
  let beforeCommit = (): void => {}
  const { redis, one, two } = await startNodes({ config: DISK, handle: () => beforeCommit() })
  const [ann, bob] = [startPerson(one.url, 'Ann'), startPerson(two.url, 'Bob')]
  await joined(ann, bob)
  await ann.send('a1')
  beforeCommit = () => one.link.drop('toClient')
  const sent = ann.send('a2')
  await eventually(async () => expect(await two.logOf('general')).toHaveLength(2))
  beforeCommit = () => {}
  await redis.kill('keep')
  await redis.start()
  one.link.pass()
  await sent
  await expectExact(two, [ann, bob])
  expect(ann.countSent('$publish')).toBeGreaterThan(2)
  expect([ann.gaps, bob.gaps]).toEqual([[], []])
})

test('P4 F7 S12 a Redis that keeps nothing on its disk has a new log after a restart: members are told, and all goes on', async () => {
  const { redis, one, two } = await startNodes()
  const [ann, bob] = [startPerson(one.url, 'Ann'), startPerson(two.url, 'Bob')]
  await joined(ann, bob)
  await ann.send(...texts('a', 3))
  await eventually(() => expect(wordsOf(bob)).toEqual(['a1', 'a2', 'a3']))
  await redis.kill()
  const sent = [ann.send('while it was away'), bob.send('b1')]
  await redis.start()
  await Promise.all(sent)
  await bob.send('b2')
  const log = (await one.logOf('general')).map(seen)
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(log.map(({ text }) => text).toSorted()).toEqual(['b1', 'b2', 'while it was away'])
  await expectViews(log, [ann, bob])
  for (const { gaps } of [ann, bob]) expect(gaps).toMatchObject([{ reason: 'epoch' }])
  for (const { room } of [ann, bob]) await eventually(() => expect(room.members.getState().size).toBe(2))
})

test('P4 F7 S12 when Redis has deleted the record of a room, its members are told, and all goes on', async () => {
  const { redis, one, two } = await startNodes()
  const [ann, bob] = [startPerson(one.url, 'Ann'), startPerson(two.url, 'Bob')]
  await joined(ann, bob)
  await ann.send(...texts('a', 3))
  await eventually(() => expect(wordsOf(bob)).toEqual(['a1', 'a2', 'a3']))
  const [record = ''] = (await redis.send('KEYS', '*:log:"general"')) as string[]
  await redis.send('DEL', record)
  await bob.send('b1')
  for (const person of [ann, bob]) {
    await eventually(() => expect(person.gaps).toMatchObject([{ reason: 'epoch', from: 1, to: 3 }]))
    await eventually(() => expect(wordsOf(person)).toEqual(['b1']))
  }
})

test('P1 P2 P4 F31 S12 when Redis ends its connections again and again under load, nothing is lost, doubled or out of order', async () => {
  const { redis, one, two } = await startNodes()
  const [ann, bob] = [startPerson(one.url, 'Ann'), startPerson(two.url, 'Bob')]
  await joined(ann, bob)
  const sendAll = async (person: Person, prefix: string) => {
    for (const text of texts(prefix, 60)) {
      void person.send(text)
      await delay(20)
    }
  }
  const sending = Promise.all([sendAll(ann, 'a'), sendAll(bob, 'b')])
  for (let round = 0; round < 12; round += 1) {
    await redis.send('CLIENT', 'KILL', 'TYPE', round % 3 === 0 ? 'normal' : 'pubsub')
    await delay(100)
  }
  await sending
  await expectExact(one, [ann, bob])
  expect([ann.gaps, bob.gaps]).toEqual([[], []])
})
