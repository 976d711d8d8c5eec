import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../../../server/test/support/redis-server.ts'
import { eventually } from '../../support/eventually.ts'
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startProxy } from './support/servers.ts'

// Two nodes in processes of their own, whose clocks are 30 s apart.

let one: ServerProcess
let two: ServerProcess
beforeAll(async () => {
  const redis = await startRedis()
  const start = (clockMs: number) => startServerProcess({ log: { redis: redis.url }, clockMs, pingMs: 10_000 })
  ;[one, two] = await Promise.all([start(-15_000), start(15_000)])
  for (const server of [one, two]) await eventually(() => server.membersOf('any')) // rejects until it is connected to Redis
})
afterAll(async () => {
  await Promise.all([one, two].map((server) => server.kill('SIGKILL')))
})

test('P2 F35 S12 with clocks that are 30 s apart, the times of a room do not fall, and both nodes know its members', async () => {
  const [ann, bob] = [startPerson(one.url, 'Ann', { room: 'clocks' }), startPerson(two.url, 'Bob', { room: 'clocks' })]
  await Promise.all([ann.room.join(), bob.room.join()])
  for (const round of ['1', '2', '3']) {
    await ann.send(`a${round}`)
    await bob.send(`b${round}`)
  }
  await expectExact(two, [ann, bob])
  const times = (await two.logOf('clocks')).map(({ at }) => at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const idsOf = (server: ServerProcess) => server.membersOf('clocks')
  for (const { room } of [ann, bob])
    await eventually(() => expect([...room.members.getState().keys()].toSorted()).toEqual(['ann', 'bob']))
  for (const server of [one, two]) expect((await idsOf(server)).toSorted()).toEqual(['ann', 'bob'])
  await ann.room.leave()
  for (const server of [one, two]) await eventually(async () => expect(await idsOf(server)).toEqual(['bob']))
})

test('P1 P4 F27 S12 members of a node that stands still for 5 s miss nothing, and see nothing twice', async () => {
  const room = 'frozen'
  const [ann, cem] = [startPerson(one.url, 'Ann', { room }), startPerson(one.url, 'Cem', { room })]
  const bob = startPerson(two.url, 'Bob', { room })
  const people = [ann, bob, cem]
  await Promise.all(people.map((person) => person.room.join()))
  one.freeze()
  onTestFinished(one.thaw)
  void ann.send(...texts('a', 3))
  for (const text of texts('b', 20)) {
    await bob.send(text)
    await delay(250)
  }
  expect([ann.view, cem.view, bob.view.length]).toEqual([[], [], 20])
  one.thaw()
  await eventually(() => expect(people.map(({ view }) => view.length)).toEqual([23, 23, 23]))
  await expectExact(two, people)
  expect(people.flatMap(({ gaps }) => gaps)).toEqual([])
  expect(people.map(({ frames }) => frames.filter(({ type }) => type === 'connection').length)).toEqual([2, 2, 2])
})

test('P1 P4 F4 S12 what a node has committed when it is killed reaches the members of the other node, and its sender goes there', async () => {
  const proxy = await startProxy(one)
  const [ann, bob] = [
    startPerson(proxy.url, 'Ann', { room: 'killed' }),
    startPerson(two.url, 'Bob', { room: 'killed' }),
  ]
  await Promise.all([ann.room.join(), bob.room.join()])
  proxy.retarget(two.port)
  await one.crash('after the commit')
  const sent = ann.send('a1')
  expect(await one.exited).toEqual({ code: null, signal: 'SIGKILL', output: '' })
  await eventually(() => expect(bob.view.map(({ text }) => text)).toEqual(['a1']))
  await sent
  await expectExact(two, [ann, bob])
  expect(ann.countSent('$publish')).toBe(2)
})
