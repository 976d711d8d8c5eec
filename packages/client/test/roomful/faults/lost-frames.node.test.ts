import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startLocalServer, startProcess, startProxy } from './support/servers.ts'
import { overPolling } from '../../support/transports.ts'

test('P1 F1 a message whose answer is lost with the link is stored once and confirmed once', async () => {
  const server = await startLocalServer()
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  proxy.drop('toClient')
  void ann.send(...texts('a', 10))
  await eventually(async () => expect((await server.logOf('general')).length).toBeGreaterThan(0))
  proxy.pass()
  await expectExact(server, [ann, bob])
  expect(ann.countSent('$publish')).toBeGreaterThan(1)
})

test('P1 P5 F2 a message whose request is lost with the link is queued again, never failed, and stored once', async () => {
  const server = await startLocalServer()
  const proxy = await startProxy(server)
  const ann = startPerson(proxy.url, 'Ann')
  await ann.room.join()
  const counts = [ann.client.outbox.getState()]
  ann.client.outbox.subscribe((now) => counts.push(now))
  proxy.drop('toServer')
  const all = ann.send('a1')
  expect(ann.countSent('$publish')).toBe(1)
  proxy.reset()
  await until(ann.client, 'reconnecting')
  expect(ann.client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
  expect(await server.logOf('general')).toEqual([])
  proxy.pass()
  await all
  await expectExact(server, [ann])
  const [none, sending, queued] = [
    { queued: 0, sending: 0, storage: 'memory', waitingForUser: 0 },
    { queued: 0, sending: 1, storage: 'memory', waitingForUser: 0 },
    { queued: 1, sending: 0, storage: 'memory', waitingForUser: 0 },
  ]
  expect(counts).toEqual([none, sending, queued, sending, none])
})

test('P1 F3 a handler that takes longer than the client waits runs once, and stores once', async () => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  const runs: string[] = []
  const server = await startLocalServer({
    handle: async (text) => {
      runs.push(text)
      await opened
    },
  })
  const [ann, bob] = [startPerson(server.url, 'Ann', { ackTimeoutMs: 50 }), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.send('slow', ...texts('a', 5))
  await eventually(() => expect(ann.countSent('$publish')).toBeGreaterThan(3))
  expect(runs).toEqual(['slow'])
  open()
  await expectExact(server, [ann, bob])
  expect(runs).toEqual(['slow', ...texts('a', 5)])
})

test('P1 P2 P3 F11 twenty cuts in two seconds lose nothing, and leave one connection for each client', async () => {
  const server = await startLocalServer()
  const proxies = await Promise.all([startProxy(server), startProxy(server)])
  const people = proxies.map(({ url }, index) => startPerson(url, `P${index}`))
  await Promise.all(people.map(({ room }) => room.join()))
  for (let cut = 1; cut <= 20; cut += 1) {
    for (const [index, { send }] of people.entries()) void send(...texts(`${index}-${cut}-`, 3))
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

test.each(overPolling('upgrading', 'upgrade'))(
  'P2 P3 F24 a cut at "%s" from polling to a WebSocket loses nothing',
  async (moment) => {
    const server = await startLocalServer()
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
      void bob.send(`b${n}`)
      await ann.send(`a${n}`)
    }
    await expectExact(server, [ann, bob])
  },
)

test('P4 F32 when one live message in twenty is lost, the missing ones are fetched and shown in order', async () => {
  const server = await startProcess({ loseOneIn: 20 })
  const people = ['Ann', 'Bob', 'Cid'].map((name) => startPerson(server.url, name))
  await Promise.all(people.map(({ room }) => room.join()))
  const [ann, bob] = people as [(typeof people)[0], (typeof people)[0]]
  for (let n = 1; n <= 50; n += 1) await Promise.all([ann.send(`a${n}`), bob.send(`b${n}`)])
  // A client that misses the last message learns of it with the next one.
  await eventually(async () => {
    await ann.send(`end ${ann.messages.length}`)
    expect(people.map(({ view }) => view.length)).toEqual(people.map(() => ann.messages.length + bob.messages.length))
  })
  await expectExact(server, people)
  expect(people.reduce((sum, { countSent }) => sum + countSent('$history'), 0)).toBeGreaterThan(0)
  expect(people.flatMap(({ gaps }) => gaps)).toEqual([])
})
