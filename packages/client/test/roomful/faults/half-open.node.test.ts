import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { PING_MS, startHere, startProcess, startProxy } from './support/servers.ts'

test('P1 P5 F8 the link goes dead while the client sends: seen within the heartbeat and 1 s, exact after', async () => {
  const server = await startHere()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.say(...texts('before', 5))
  proxy.stall()
  void ann.say(...texts('a', 20))
  // Both wait on one clock: a machine that stands still holds up the one as it does the other.
  const limit = delay(2 * PING_MS + 1_000, 'too late', { ref: false })
  const lost = await Promise.race([until(ann.client, 'reconnecting'), limit])
  expect(lost).toMatchObject({ error: { message: 'the connection was lost (ping timeout)' } })
  void ann.say(...texts('later', 5))
  void bob.say(...texts('b', 5))
  proxy.pass()
  await expectExact(server, [ann, bob])
})

test('P1 P4 F9 the client is back on another network first: nothing lost or double, and one member', async () => {
  const server = await startHere({ pingMs: 2_000 })
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  const membersSeen: string[] = []
  const note = () => membersSeen.push([...bob.room.members.getState().keys()].join())
  await eventually(() => expect(bob.room.members.getState().size).toBe(2))
  bob.room.members.subscribe(note)
  proxy.strand()
  void ann.say(...texts('stranded', 5))
  await bob.say(...texts('b', 5))
  ann.client.disconnect()
  await ann.client.connect()
  void ann.say(...texts('a', 5))
  await ann.room.join()
  expect(server.sockets).toBe(3) // the old one is still thought to be there
  await expectExact(server, [ann, bob])
  await eventually(() => expect(server.sockets).toBe(2))
  await bob.say('the old one is gone')
  await expectExact(server, [ann, bob])
  expect(membersSeen).toEqual([]) // it took nobody with it
  await ann.room.leave()
  await eventually(() => expect(membersSeen).toEqual(['bob']))
})

test('P4 F10 the link goes dead while only others speak: what was missed is replayed', async () => {
  const server = await startHere()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await bob.say(...texts('before', 5))
  proxy.stall()
  void bob.say(...texts('missed', 20))
  await until(ann.client, 'reconnecting')
  await bob.say('missed too')
  expect(ann.view.length).toBeLessThan(26)
  proxy.pass()
  await bob.say('after')
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
  expect(ann.sent('$history')).toBe(0) // the answer to the join brought it all
})

test('P1 F25 the client is frozen for longer than the server waits, then sends: exact', async () => {
  const server = await startProcess({ handlerDelayMs: 400 })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void bob.say(...texts('b', 5))
  void ann.say(...texts('before', 5))
  await eventually(async () => expect(await server.logOf('general')).not.toEqual([])) // others are on their way
  freeze(4 * PING_MS)
  void ann.say(...texts('a', 5))
  await expectExact(server, [ann, bob])
})

/** Nothing runs in this process meanwhile: to the server it is as stopped as by SIGSTOP. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
