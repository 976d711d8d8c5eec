import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { PING_MS, startLocalServer, startProcess, startProxy } from './support/servers.ts'

test('P1 P5 F8 a link that dies while the client sends is noticed within the heartbeat and 1 s, and nothing is lost', async () => {
  const server = await startLocalServer()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.send(...texts('before', 5))
  proxy.stall()
  void ann.send(...texts('a', 20))
  // Both timers run in this process: a machine that stands still delays both.
  const limit = delay(2 * PING_MS + 1_000, 'too late', { ref: false })
  const lost = await Promise.race([until(ann.client, 'reconnecting'), limit])
  expect(lost).toMatchObject({ error: { message: 'the connection was lost (ping timeout)' } })
  void ann.send(...texts('later', 5))
  void bob.send(...texts('b', 5))
  proxy.pass()
  await expectExact(server, [ann, bob])
})

test('P1 P4 F9 a client that returns on another network first loses and doubles nothing, and is one member', async () => {
  const server = await startLocalServer({ pingMs: 2_000 })
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  const membersSeen: string[] = []
  const note = () => membersSeen.push([...bob.room.members.getState().keys()].join())
  await eventually(() => expect(bob.room.members.getState().size).toBe(2))
  bob.room.members.subscribe(note)
  proxy.strand()
  void ann.send(...texts('stranded', 5))
  await bob.send(...texts('b', 5))
  ann.client.disconnect()
  await ann.client.connect()
  void ann.send(...texts('a', 5))
  await ann.room.join()
  expect(server.sockets).toBe(3) // the server has not noticed the end of the old one
  await expectExact(server, [ann, bob])
  await eventually(() => expect(server.sockets).toBe(2))
  await bob.send('after the old socket ended')
  await expectExact(server, [ann, bob])
  expect(membersSeen).toEqual([]) // the member stayed
  await ann.room.leave()
  await eventually(() => expect(membersSeen).toEqual(['bob']))
})

test('P4 F10 messages of others that are missed over a dead link are replayed', async () => {
  const server = await startLocalServer()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await bob.send(...texts('before', 5))
  proxy.stall()
  void bob.send(...texts('missed', 20))
  await until(ann.client, 'reconnecting')
  await bob.send('missed too')
  expect(ann.view.length).toBeLessThan(26)
  proxy.pass()
  await bob.send('after')
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
  expect(ann.countSent('$history')).toBe(0) // the answer to the join has all of them
})

test('P1 F25 a client that is frozen for longer than the server waits loses nothing', async () => {
  const server = await startProcess({ handlerDelayMs: 400 })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void bob.send(...texts('b', 5))
  void ann.send(...texts('before', 5))
  await eventually(async () => expect(await server.logOf('general')).not.toEqual([])) // more are being handled
  freeze(4 * PING_MS)
  void ann.send(...texts('a', 5))
  await expectExact(server, [ann, bob])
})

/** Blocks this process, as SIGSTOP does. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
