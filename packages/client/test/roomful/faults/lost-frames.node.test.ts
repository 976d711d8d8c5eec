import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startHere, startProcess, startProxy } from './support/servers.ts'

test('P1 F1 the answer is lost, and the link with it: stored once, confirmed once', async () => {
  const server = await startHere()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  proxy.drop('toClient')
  void ann.say(...texts('a', 10))
  await eventually(async () => expect((await server.logOf('general')).length).toBeGreaterThan(0))
  proxy.pass()
  await expectExact(server, [ann, bob])
  expect(ann.sent('$publish')).toBeGreaterThan(1)
})

test('P1 P5 F2 the request is lost, and the link is reset: never called failed, stored once', async () => {
  const server = await startHere()
  const proxy = await startProxy(server)
  const ann = startPerson(proxy.url, 'Ann')
  await ann.room.join()
  const counts = [ann.client.outbox.getState()]
  ann.client.outbox.subscribe((now) => counts.push(now))
  proxy.drop('toServer')
  const all = ann.say('a1')
  expect(ann.sent('$publish')).toBe(1)
  proxy.reset()
  await until(ann.client, 'reconnecting')
  expect(ann.client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
  expect(await server.logOf('general')).toEqual([])
  proxy.pass()
  await all
  await expectExact(server, [ann])
  const [none, sending, queued] = [
    { queued: 0, sending: 0, place: 'memory' },
    { queued: 0, sending: 1, place: 'memory' },
    { queued: 1, sending: 0, place: 'memory' },
  ]
  expect(counts).toEqual([none, sending, queued, sending, none])
})

test('P1 F3 a handler that takes longer than the client waits: it runs once, and stores once', async () => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  const runs: string[] = []
  const server = await startHere({
    handle: async (text) => {
      runs.push(text)
      await opened
    },
  })
  const [ann, bob] = [startPerson(server.url, 'Ann', { ackTimeoutMs: 50 }), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.say('slow', ...texts('a', 5))
  await eventually(() => expect(ann.sent('$publish')).toBeGreaterThan(3))
  expect(runs).toEqual(['slow'])
  open()
  await expectExact(server, [ann, bob])
  expect(runs).toEqual(['slow', ...texts('a', 5)])
})

test('P1 P2 P3 F11 twenty cuts in two seconds: exact, and each has one connection', async () => {
  const server = await startHere()
  const proxies = await Promise.all([startProxy(server), startProxy(server)])
  const people = proxies.map(({ url }, index) => startPerson(url, `P${index}`))
  await Promise.all(people.map(({ room }) => room.join()))
  for (let cut = 1; cut <= 20; cut += 1) {
    for (const [index, { say }] of people.entries()) void say(...texts(`${index}-${cut}-`, 3))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const proxy = proxies[cut % 2]
    if (cut % 4 < 2) proxy?.cut()
    else proxy?.reset()
  }
  await expectExact(server, people)
  await eventually(() =>
    expect([server.sockets, server.connections, ...proxies.map(({ connections }) => connections)]).toEqual([
      2, 2, 1, 1,
    ]),
  )
})

test.each(['upgrading', 'upgrade'])('P2 P3 F24 the link is cut at "%s" from polling to a WebSocket', async (moment) => {
  const server = await startHere()
  const proxy = await startProxy(server)
  let cuts = 0
  server.io.engine.on('connection', (connection: NodeJS.EventEmitter) =>
    connection.once(moment, () => {
      if (++cuts <= 2) proxy.cut()
    }),
  )
  const ann = startPerson(proxy.url, 'Ann', { socket: { transports: ['polling', 'websocket'] } })
  const bob = startPerson(server.url, 'Bob')
  await Promise.all([ann.room.join(), bob.room.join()])
  for (let n = 1; n <= 20 || cuts === 0; n += 1) {
    void bob.say(`b${n}`)
    await ann.say(`a${n}`)
  }
  await expectExact(server, [ann, bob])
})

test('P4 F32 one live message in twenty does not arrive: the holes are fetched, and all is in order', async () => {
  const server = await startProcess({ loseOneIn: 20 })
  const people = ['Ann', 'Bob', 'Cid'].map((name) => startPerson(server.url, name))
  await Promise.all(people.map(({ room }) => room.join()))
  const [ann, bob] = people as [(typeof people)[0], (typeof people)[0]]
  for (let n = 1; n <= 50; n += 1) await Promise.all([ann.say(`a${n}`), bob.say(`b${n}`)])
  // Who loses the last one of all hears of it with the next.
  await eventually(async () => {
    await ann.say(`end ${ann.said.length}`)
    expect(people.map(({ view }) => view.length)).toEqual(people.map(() => ann.said.length + bob.said.length))
  })
  await expectExact(server, people)
  expect(people.reduce((sum, { sent }) => sum + sent('$history'), 0)).toBeGreaterThan(0)
  expect(people.flatMap(({ gaps }) => gaps)).toEqual([])
})
