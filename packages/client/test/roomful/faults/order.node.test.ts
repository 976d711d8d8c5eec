import { expect, onTestFinished, test, vi } from 'vitest'
import { recordRoom } from '../../rooms/support/record-room.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startLocalServer, startProcess, startProxy } from './support/servers.ts'

test('P2 P3 F28 with handlers of random duration, all clients see one order, which keeps each sender’s order', async () => {
  const server = await startProcess({ handlerDelayMs: 30 })
  const people = ['Ann', 'Bob', 'Cid'].map((name) => startPerson(server.url, name))
  await Promise.all(people.map(({ room }) => room.join()))
  for (const [index, { send }] of people.entries()) void send(...texts(`${index}-`, 30))
  const log = await expectExact(server, people)
  const senders = log.map(({ from }) => from)
  expect(senders.filter((from, index) => from !== senders[index - 1]).length).toBeGreaterThan(3) // messages of different senders are mixed
})

test('P1 F26 with timers that fire at most once a second, as in a hidden tab, every message is settled', async () => {
  const server = await startProcess()
  const proxy = await startProxy(server)
  const real = globalThis.setTimeout
  const clamped = (run: () => void, ms = 0, ...args: []) => real(run, Math.max(1_000, ms), ...args)
  vi.stubGlobal('setTimeout', Object.assign(clamped, real))
  onTestFinished(() => void vi.unstubAllGlobals())
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.send(...texts('a', 5))
  proxy.cut()
  void bob.send(...texts('b', 5))
  void ann.send(...texts('later', 5))
  await expectExact(server, [ann, bob])
})

test.each([
  ['is two minutes ahead', () => 120_000],
  ['is two minutes behind', () => -120_000],
  ['jumps at random', () => (Math.random() - 0.5) * 240_000],
])('P2 F35 the client’s clock %s: the order is the server’s, and every message is settled', async (_what, skew) => {
  const server = await startProcess()
  const proxy = await startProxy(server)
  const clock = skewClock(skew)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.send(...texts('a', 5))
  clock.jump()
  void ann.send(...texts('after the jump', 5))
  proxy.cut()
  void bob.send(...texts('b', 5))
  clock.jump()
  const receipts = await ann.send(...texts('later', 5))
  await expectExact(server, [ann, bob])
  for (const receipt of receipts) expect('at' in receipt && Math.abs(receipt.at - clock.now())).toBeLessThan(60_000)
})

test('P2 F35 the client’s clock jumps while the join is sent: the next connection joins the room', async () => {
  const server = await startLocalServer()
  let ahead = 0
  const clock = skewClock(() => ahead)
  const ann = startPerson(server.url, 'Ann')
  const off = ann.client.connection.subscribe(({ status }) => {
    if (status !== 'connected') return
    off()
    ahead = 120_000 // the heartbeat seems to be overdue now
    clock.jump()
  })
  const joined = ann.room.join()
  const statuses = recordRoom(ann.room)
  void ann.send('a1')
  await joined
  await expectExact(server, [ann])
  expect(statuses).toEqual(['joining', 'suspended', 'joining', 'joined'])
})

/** Replaces the clock of this process by one that is wrong by `skew()`, which each `jump` calls again. `now` gives the right time. */
function skewClock(skew: () => number) {
  const now = Date.now.bind(Date)
  let wrong = skew()
  vi.spyOn(Date, 'now').mockImplementation(() => now() + wrong)
  onTestFinished(() => void vi.restoreAllMocks())
  return { now, jump: () => void (wrong = skew()) }
}
