import { type Typing, wire } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TypingState } from '../src/rooms/members/typing-state.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, startRooms } from './support/start-rooms.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const heard = (client: Client) => client.of(wire.typing).map(([typing]) => typing as Typing)
const type = (client: Client, typing: boolean, room = 'general') => client.ask(wire.typing, { room, typing })

test('S17 the first start, a repeat after a second, and a stop after a start are relayed', () => {
  const typists = new TypingState()
  expect(typists.stop('1', 0)).toBe(false)
  expect(typists.start('1', ann, 0)).toBe(true)
  expect(typists.start('1', ann, 999)).toBe(false)
  expect(typists.start('1', ann, 1_000)).toBe(true)
  expect(typists.start('2', ann, 1_001)).toBe(true)
  expect(typists.start('3', bob, 1_001)).toBe(true)
  expect(typists.stop('1', 1_500)).toBe(false)
  expect(typists.stop('2', 1_600)).toBe(true)
  expect(typists.stop('2', 1_600)).toBe(false)
  expect(typists.start('2', ann, 1_601)).toBe(true)
  expect(typists.stop('3', 7_001)).toBe(false)
  // The start of the other tab is too long ago.
  expect(typists.start('1', ann, 7_602)).toBe(true)
  expect(typists.stop('1', 7_603)).toBe(true)
})

test('S17 repeated starts and stops are relayed four times in a second', () => {
  const typists = new TypingState()
  const told: number[] = []
  for (let now = 0; now < 2_500; now += 10) {
    if (typists.start('1', ann, now)) told.push(now)
    expect(typists.stop('1', now + 5)).toBe(told.at(-1) === now)
  }
  expect(told).toEqual([0, 10, 20, 30, 1_000, 1_010, 1_020, 1_030, 2_000, 2_010, 2_020, 2_030])
})

test('S17 nothing is kept of a socket that left', () => {
  const typists = new TypingState()
  for (let now = 0; now < 20; now += 2) {
    expect(typists.start('1', ann, now)).toBe(true)
    expect(typists.leave('1', now + 1)).toBe(true)
    expect(typists.leave('1', now + 1)).toBe(false)
  }
  typists.start('1', ann, 20)
  typists.stop('1', 21)
  expect(typists.leave('1', 22)).toBe(false)
})

test('S17 at most four starts a second of each connection are relayed, and a stop only after a start', () => {
  const sign = fc.record({ tab: fc.constantFrom('1', '2'), typing: fc.boolean(), waitMs: fc.nat({ max: 300 }) })
  fc.assert(
    fc.property(fc.array(sign, { size: 'large' }), (signs) => {
      const typists = new TypingState()
      const starts: Record<string, number[]> = { '1': [], '2': [] }
      let [now, open] = [0, 0]
      for (const { tab, typing, waitMs } of signs) {
        now += waitMs
        if (!typing) {
          if (typists.stop(tab, now)) open -= 1
          expect(open).toBeGreaterThanOrEqual(0)
        } else if (typists.start(tab, ann, now)) {
          starts[tab]!.push(now)
          open += 1
        }
      }
      for (const times of Object.values(starts))
        expect(times.length).toBeLessThanOrEqual(4 * (1 + Math.floor((now - (times[0] ?? now)) / 1_000)))
    }),
  )
})

test('S17 $typing reaches the others in the room at once, with the user, and is not in the log', async () => {
  const { connect } = await startRooms({ contract: chat, authenticate: believe })
  const [one, tab, other, elsewhere] = [await connect(ann), await connect(ann), await connect(bob), await connect(bob)]
  for (const client of [one, tab, other]) await client.join('general')
  await elsewhere.join('other')
  one.socket.emit(wire.typing, { room: 'general', typing: true })
  await expect.poll(() => heard(other)).toEqual([{ room: 'general', from: ann, typing: true }])
  await expect.poll(() => heard(tab).length).toBe(1)
  expect(await type(one, false)).toEqual({ ok: true })
  await expect.poll(() => heard(other).at(-1)).toEqual({ room: 'general', from: ann, typing: false })
  expect(await other.join('general')).toMatchObject({ head: 0 })
  expect([...heard(one), ...heard(elsewhere)]).toEqual([])
  for (let n = 0; n < 10; n += 1) await type(one, n % 2 === 0)
  await one.ask(wire.leave, { room: 'general' })
  await one.join('general')
  await type(one, true)
  await expect.poll(() => heard(other).filter(({ typing }) => typing).length).toBe(5)
})

test('S17 a start repeated within a second, and a stop without a start, are dropped', async () => {
  const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
  const [one, other] = [await connect(ann), await connect(bob)]
  await one.join('general')
  await other.join('general')
  await type(one, false)
  for (let time = 0; time < 20; time += 1) {
    expect(await type(one, true)).toEqual({ ok: true })
    vi.advanceTimersByTime(100)
  }
  await type(one, false)
  await type(one, false)
  for (let n = 0; n < 100; n += 1) await type(one, n % 2 === 0)
  vi.advanceTimersByTime(1_000)
  await type(one, true)
  await rooms.to('general').emit('bell')
  await expect.poll(() => other.of('bell').length).toBe(1)
  const fourTimes = Array.from({ length: 8 }, (_, index) => index % 2 === 0)
  expect(heard(other).map(({ typing }) => typing)).toEqual([true, true, false, ...fourTimes, true])
})

test.each<[string, (client: Client) => unknown]>([
  ['$leave', (client) => client.ask(wire.leave, { room: 'general' })],
  ['a disconnect', (client) => client.socket.disconnect()],
  ['a line that breaks, though its user is still a member', (client) => client.socket.io.engine.close()],
])('S17 typing ends with %s, unless the user still types in another tab', async (_name, go) => {
  const { io, rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
  const [first, second, other] = [await connect(ann), await connect(ann), await connect(bob)]
  for (const client of [first, second, other]) await client.join('general')
  for (const client of [first, second]) await type(client, true)
  await go(first)
  await expect.poll(() => io.sockets.adapter.rooms.get('roomful:general')?.size).toBe(2)
  await rooms.to('general').emit('bell')
  await expect.poll(() => other.of('bell').length).toBe(1)
  expect(heard(other).map(({ typing }) => typing)).toEqual([true, true])
  await go(second)
  await expect.poll(() => heard(other).at(-1)).toEqual({ room: 'general', from: ann, typing: false })
  expect(heard(other).length).toBe(3)
  await rooms.close()
})

test('S17 only members can send $typing, and the end of a long silent start is not relayed', async () => {
  const { rooms, connect } = await startRooms({ contract: guestChat })
  const [one, other] = [await connect(), await connect()]
  await other.join('general')
  expect(await type(one, true)).toMatchObject({ ok: false, code: 'NOT_MEMBER' })
  await one.join('general')
  await one.join('other')
  expect(await type(one, true, 'other')).toEqual({ ok: true })
  await type(one, true)
  vi.advanceTimersByTime(6_000)
  one.socket.disconnect()
  await expect.poll(() => other.of(wire.members).length).toBe(2)
  await rooms.to('general').emit('bell')
  await expect.poll(() => other.of('bell').length).toBe(1)
  expect(heard(other).map(({ typing, room }) => [typing, room])).toEqual([[true, 'general']])
})
