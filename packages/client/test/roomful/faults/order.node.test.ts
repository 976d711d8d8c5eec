import { expect, onTestFinished, test, vi } from 'vitest'
import { recordRoom } from '../../rooms/support/record-room.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startHere, startProcess, startProxy } from './support/servers.ts'

test('P2 P3 F28 handlers take random times: everyone sees one order, and each sender’s own', async () => {
  const server = await startProcess({ handlerDelayMs: 30 })
  const people = ['Ann', 'Bob', 'Cid'].map((name) => startPerson(server.url, name))
  await Promise.all(people.map(({ room }) => room.join()))
  for (const [index, { say }] of people.entries()) void say(...texts(`${index}-`, 30))
  const log = await expectExact(server, people)
  const senders = log.map(({ from }) => from)
  expect(senders.filter((from, index) => from !== senders[index - 1]).length).toBeGreaterThan(3) // nobody waits for all of another's
})

test('P1 F26 timers that come once a second at most, as in a hidden tab: all is settled all the same', async () => {
  const server = await startProcess()
  const proxy = await startProxy(server)
  const real = globalThis.setTimeout
  const clamped = (run: () => void, ms = 0, ...args: []) => real(run, Math.max(1_000, ms), ...args)
  vi.stubGlobal('setTimeout', Object.assign(clamped, real))
  onTestFinished(() => void vi.unstubAllGlobals())
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.say(...texts('a', 5))
  proxy.cut()
  void bob.say(...texts('b', 5))
  void ann.say(...texts('later', 5))
  await expectExact(server, [ann, bob])
})

test.each([
  ['two minutes ahead', () => 120_000],
  ['two minutes behind', () => -120_000],
  ['jumping about', () => (Math.random() - 0.5) * 240_000],
])('P2 F35 the client’s clock is %s: the order is the server’s, and nothing is stuck', async (_what, skew) => {
  const server = await startProcess()
  const proxy = await startProxy(server)
  const clock = skewClock(skew)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  void ann.say(...texts('a', 5))
  clock.jump()
  void ann.say(...texts('after the jump', 5))
  proxy.cut()
  void bob.say(...texts('b', 5))
  clock.jump()
  const receipts = await ann.say(...texts('later', 5))
  await expectExact(server, [ann, bob])
  for (const receipt of receipts) expect('at' in receipt && Math.abs(receipt.at - clock.now())).toBeLessThan(60_000)
})

test('P2 F35 the client’s clock jumps while its join goes out: it is in with the next connection', async () => {
  const server = await startHere()
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
  void ann.say('a1')
  await joined
  await expectExact(server, [ann])
  expect(statuses).toEqual(['joining', 'suspended', 'joining', 'joined'])
})

/** Another clock for this process, which stands wrong by `skew`, asked anew at each jump. `now` is the right one. */
function skewClock(skew: () => number) {
  const now = Date.now.bind(Date)
  let wrong = skew()
  vi.spyOn(Date, 'now').mockImplementation(() => now() + wrong)
  onTestFinished(() => void vi.restoreAllMocks())
  return { now, jump: () => void (wrong = skew()) }
}
