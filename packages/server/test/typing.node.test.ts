import { type Typing, wire } from '@roomful/contract'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Typists } from '../src/typists.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, startRooms } from './support/start-rooms.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const heard = (client: Client) => client.of(wire.typing).map(([typing]) => typing as Typing)
const type = (client: Client, typing: boolean, room = 'general') => client.ask(wire.typing, { room, typing })

test('S17 typists: the first sign, repeats by the second, and an end that is one', () => {
  const typists = new Typists()
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
  // The other tab said it too long ago to count.
  expect(typists.start('1', ann, 7_602)).toBe(true)
  expect(typists.stop('1', 7_603)).toBe(true)
})

test('S17 $typing reaches the others in the room at once, with who it is, and is not in the log', async () => {
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
})

test('S17 what is said again within a second, or was never begun, is dropped', async () => {
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
  await rooms.to('general').emit('bell')
  await expect.poll(() => other.of('bell').length).toBe(1)
  expect(heard(other).map(({ typing }) => typing)).toEqual([true, true, false])
})

test.each<[string, (client: Client) => unknown]>([
  ['$leave', (client) => client.ask(wire.leave, { room: 'general' })],
  ['a disconnect', (client) => client.socket.disconnect()],
  ['a line that breaks, though its user is still a member', (client) => client.socket.io.engine.close()],
])('S17 typing ends with %s, unless the user types on in another tab', async (_name, go) => {
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

test('S17 from members only, and nobody is told of a typist who has been silent for long', async () => {
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
