import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { eventsIn, type Person, startPerson, texts } from './support/person.ts'
import { type LocalOptions, slowLog, startLocalServer, startProxy } from './support/servers.ts'

async function start(options: LocalOptions = {}) {
  const server = await startLocalServer(options)
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  return { server, proxy, ann, bob }
}

test('P8 nothing is published before the answer to the join, however late it comes', async () => {
  const { log, hold } = slowLog()
  const { server, proxy, ann, bob } = await start({ log })
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  void ann.send(...texts('a', 3))
  const from = ann.frames.length
  const release = hold()
  proxy.pass()
  await eventually(() => expect(ann.countSent('$join')).toBe(2))
  void ann.send(...texts('joining', 3))
  release()
  await expectExact(server, [ann, bob])
  const frames = ann.frames.slice(from).filter(({ type }) => type === 'out' || type === 'ack')
  const order = frames.map((frame) => `${frame.type} ${'event' in frame ? frame.event : ''}`)
  expect(order).toEqual(['out $join', 'ack $join', 'out $publish', 'ack $publish'])
})

test('P12 F33 volatile events of an outage are dropped on both sides, and none arrives late', async () => {
  const { server, proxy, ann, bob } = await start()
  ann.room.volatile.emit('cursor', { x: 1 })
  bob.room.volatile.emit('cursor', { x: 2 })
  await eventually(() => expect([ann.cursors, bob.cursors]).toEqual([[2], [1]]))
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  for (let x = 10; x < 20; x += 1) {
    ann.room.volatile.emit('cursor', { x })
    bob.room.volatile.emit('cursor', { x })
  }
  void ann.send('queued')
  proxy.pass()
  await until(ann.client, 'connected')
  ann.room.volatile.emit('cursor', { x: 20 }) // not joined yet
  await ann.room.join()
  await expectNoneOfTheOutage(ann, bob)
  await expectExact(server, [ann, bob])
})

test('P12 a volatile event that comes before the answer to the join is not held', async () => {
  const { log, hold } = slowLog()
  const { server, proxy, ann, bob } = await start({ log })
  proxy.cut()
  await until(ann.client, 'reconnecting')
  const release = hold()
  await eventually(() => expect(ann.countSent('$join')).toBe(2))
  const hasHeard = () => eventsIn(ann.frames).some(({ event }) => event === 'cursor')
  await eventually(() => {
    bob.room.volatile.emit('cursor', { x: 1 })
    expect(hasHeard()).toBe(true)
  })
  release()
  await ann.room.join()
  expect(ann.cursors).toEqual([])
  await bob.send('b1')
  await expectExact(server, [ann, bob])
})

/** Events that are sent now arrive, and none of the outage with them. */
async function expectNoneOfTheOutage(ann: Person, bob: Person): Promise<void> {
  ann.room.volatile.emit('cursor', { x: 3 })
  bob.room.volatile.emit('cursor', { x: 4 })
  await Promise.all([ann.send('mark a'), bob.send('mark b')]) // each arrives after everything that was sent before it
  await eventually(() => expect([ann.cursors.at(-1), bob.cursors.at(-1)]).toEqual([4, 3]))
  expect([ann.cursors, bob.cursors]).toEqual([
    [2, 4],
    [1, 3],
  ])
}
