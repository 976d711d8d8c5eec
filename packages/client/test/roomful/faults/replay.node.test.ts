import type { Entry } from '@roomful/contract/protocol'
import { memoryLog } from '@roomful/server'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact, expectViews, seen } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { type HereOptions, slowLog, startHere, startProxy } from './support/servers.ts'

/** Ann, who heard one message and is away now, and Bob, who is not. */
async function startAway(options: HereOptions = {}) {
  const server = await startHere(options)
  const proxy = await startProxy(server)
  const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await bob.say('before')
  await eventually(() => expect(ann.view).toHaveLength(1))
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  return { server, proxy, ann, bob }
}

test('P4 F12 away for longer than the log reaches back: told what is missing, exactly, and live from there', async () => {
  const { server, proxy, ann, bob } = await startAway({ log: memoryLog({ retention: { maxEntries: 5 } }) })
  await bob.say(...texts('b', 20))
  void ann.say('said while away')
  const before = (await server.logOf('general')).map(seen)
  expect(before.map(({ seq }) => seq)).toEqual([17, 18, 19, 20, 21])
  proxy.pass()
  await ann.room.join()
  await bob.say('live')
  await eventually(() => expect(ann.view).toHaveLength(8))
  expect(ann.gaps).toEqual([{ from: 2, to: 16, reason: 'retention' }])
  expect(ann.view).toEqual(bob.view.filter(({ seq }) => seq === 1 || seq > 16))
  expect(bob.gaps).toEqual([])
})

test('P1 P4 F7 the log of a running server becomes another one: the next message finds out, and all are told', async () => {
  const log = memoryLog()
  const server = await startHere({ log })
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await Promise.all([ann.room.join(), bob.room.join()])
  await ann.say(...texts('old', 5))
  await log.newEpoch()
  void ann.say(...texts('a', 5))
  void bob.say(...texts('b', 5))
  await expectExact(server, [ann, bob])
  for (const { gaps } of [ann, bob]) expect(gaps.map(({ reason }) => reason)).toEqual(['epoch'])
})

test('P4 F36 a thousand were missed: they come in pages, in order, while others go on talking', async () => {
  const { server, proxy, ann, bob } = await startAway()
  for (let page = 1; page <= 4; page += 1) await bob.say(...texts(`${page}-`, 250))
  proxy.pass()
  for (let n = 1; ann.view.length < 1_001; n += 1) await bob.say(`live ${n}`)
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
  expect(ann.sent('$history')).toBeGreaterThan(3) // a page is of 200, and the join brings the first
})

test('P2 P4 F29 joining and leaving while others talk: nothing before the join, all that came in between, nothing after', async () => {
  const server = await startHere()
  const [ann, bob] = [startPerson(server.url, 'Ann'), startPerson(server.url, 'Bob')]
  await bob.room.join()
  const stays: { from: number; view: number[] }[] = []
  ann.room.on('message', (_data, { seq = 0 }) => {
    expect(ann.room.status).toBe('joined')
    stays.at(-1)?.view.push(seq)
  })
  let isOver = false
  const talk = (async () => {
    for (let n = 1; !isOver; n += 1) await bob.say(`b${n}`)
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

test('P2 P4 F29 the answer to a join comes late, and messages before it: held until then, once and in order', async () => {
  const { log, hold } = slowLog()
  const { server, proxy, ann, bob } = await startAway({ log })
  await bob.say(...texts('missed', 5))
  const release = hold()
  proxy.pass()
  await eventually(() => expect(ann.sent('$join')).toBe(2))
  await bob.say(...texts('early', 5))
  const isEarly = ({ seq }: Entry) => seq > 6
  await eventually(() => expect(heard(ann.frames).filter(isEarly)).toHaveLength(5))
  expect(ann.view).toHaveLength(1)
  release()
  await bob.say('after')
  await expectExact(server, [ann, bob])
  expect(ann.gaps).toEqual([])
})

type Frames = ReturnType<typeof startPerson>['frames']

function headOf(frames: Frames): number {
  const answer = frames.find((frame) => frame.type === 'ack' && frame.event === '$join')
  return (answer as { args: { head: number }[] } | undefined)?.args[0]?.head ?? NaN
}

/** What came over the wire, whether the room showed it or not. */
function heard(frames: Frames): Entry[] {
  return frames.flatMap((frame) => (frame.type === 'in' && frame.event === 'message' ? [frame.args[1] as Entry] : []))
}
