import { memoryLog } from '@roomful/server'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact, expectViews, seen } from './support/exact.ts'
import { eventsIn, startPerson, texts } from './support/person.ts'
import { type LocalOptions, slowLog, startLocalServer, startProxy } from './support/servers.ts'

/** Ann, who is disconnected after one message, and Bob, who is connected. */
async function startAway(options: LocalOptions = {}) {
  const server = await startLocalServer(options)
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await bob.send('before')
  await eventually(() => expect(ann.view).toHaveLength(1))
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  return { server, proxy, ann, bob }
}

test('P4 F12 after an outage longer than the log, a gap reports exactly the missing messages', async () => {
  const { server, proxy, ann, bob } = await startAway({ log: memoryLog({ retention: { maxEntries: 5 } }) })
  await bob.send(...texts('b', 20))
  void ann.send('during the outage')
  const before = (await server.logOf('general')).map(seen)
  expect(before.map(({ seq }) => seq)).toEqual([17, 18, 19, 20, 21])
  proxy.pass()
  await ann.room.join()
  await bob.send('live')
  await eventually(() => expect(ann.view).toHaveLength(8))
  expect(ann.gaps).toEqual([{ from: 2, to: 16, reason: 'retention' }])
  expect(ann.view).toEqual(bob.view.filter(({ seq }) => seq === 1 || seq > 16))
  expect(bob.gaps).toEqual([])
})

test('P1 P4 F7 a new epoch on a running server is noticed with the next message, and no client loses its view', async () => {
  const log = memoryLog()
  const server = await startLocalServer({ log })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.send(...texts('old', 5))
  await log.newEpoch()
  void ann.send(...texts('a', 5))
  void bob.send(...texts('b', 5))
  await expectExact(server, [ann, bob])
  expect([...ann.gaps, ...bob.gaps]).toEqual([])
  for (const { view } of [ann, bob]) expect(view).toHaveLength(15)
})

test('P4 F36 a thousand missed messages are replayed in pages and in order, while others send more', async () => {
  const { server, proxy, ann, bob } = await startAway()
  for (let page = 1; page <= 4; page += 1) await bob.send(...texts(`${page}-`, 250))
  proxy.pass()
  for (let n = 1; ann.view.length < 1_001; n += 1) await bob.send(`live ${n}`)
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
  expect(ann.countSent('$history')).toBeGreaterThan(3) // a page has 200, and the join's answer has the first
})

test('P2 P4 F29 a client that joins and leaves while others send sees all messages of each stay, and no others', async () => {
  const server = await startLocalServer()
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await bob.room.join()
  const stays: { from: number; view: number[] }[] = []
  ann.room.on('message', (_data, { seq = 0 }) => {
    expect(ann.room.status).toBe('joined')
    stays.at(-1)?.view.push(seq)
  })
  let isOver = false
  const talk = (async () => {
    for (let n = 1; !isOver; n += 1) await bob.send(`b${n}`)
  })()
  for (let round = 0; round < 10; round += 1) {
    const joins = ann.frames.length
    stays.push({ from: 0, view: [] })
    await ann.room.join()
    const stay = stays.at(-1)!
    stay.from = headOf(ann.frames.slice(joins)) + 1
    await eventually(() => expect(stay.view.length).toBeGreaterThan(2))
    await ann.room.leave()
  }
  isOver = true
  await talk
  for (const { from, view } of stays) expect(view).toEqual(view.map((_, index) => from + index))
  expect(ann.gaps).toEqual([])
  await expectViews((await server.logOf('general')).map(seen), [bob])
})

test('P2 P4 F29 messages that come before a late answer to the join are held, and shown once and in order', async () => {
  const slow = slowLog()
  const { server, proxy, ann, bob } = await startAway({ log: slow.log })
  await bob.send(...texts('missed', 5))
  const release = slow.hold()
  proxy.pass()
  await eventually(() => expect(slow.held).toBeGreaterThan(0)) // the server has the join
  await bob.send(...texts('early', 5))
  const early = () => eventsIn(ann.frames).filter(({ seq = 0 }) => seq > 6)
  await eventually(() => expect(early()).toHaveLength(5))
  expect(ann.view).toHaveLength(1)
  release()
  await bob.send('after')
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
})

type Frames = ReturnType<typeof startPerson>['frames']

function headOf(frames: Frames): number {
  const answer = frames.find((frame) => frame.type === 'ack' && frame.event === '$join')
  return (answer as { args: { head: number }[] } | undefined)?.args[0]?.head ?? NaN
}
