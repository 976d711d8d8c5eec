import { describe, expect, test, vi } from 'vitest'
import { membersAfter, membersFrom } from '../../src/roomful/members.ts'
import { RoomMembers } from '../../src/roomful/room-members.ts'
import { isMembersDelta, readHello, readPage, readPublishAnswer } from '../../src/roomful/wire-messages.ts'
import { Schemas } from '../../src/events/schemas.ts'
import { helloWith, joinAnswer, startScript } from '../rooms/support/scripted-server.ts'
import { rejection, startRoomful } from '../support/test-client.ts'

const MAX_MEMBERS = 10_000

const entry = (seq: number) => ({ event: 'm', data: seq, seq, id: `ann:${seq}`, from: null, at: seq })
const member = (index: number) => ({ user: { id: `user-${index}` } })
const members = (count: number) => Array.from({ length: count }, (_, index) => member(index))

/** A list that throws if more than its first (or last) items are read. */
function readable<T>(items: T[], length: number, isEnd = false): T[] {
  const list = isEnd ? Array.from<T>({ length }) : [...items]
  list.length = length
  for (const [index, item] of items.entries()) if (isEnd) list[length - items.length + index] = item
  const refuse = {
    get: () => {
      throw new Error('an item beyond the bound was read')
    },
  }
  Object.defineProperty(list, isEnd ? length - items.length - 1 : items.length, refuse)
  return list
}

describe('SEC28 CN23 of a list that is longer than it may be, the rest is not read', () => {
  const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))

  test('in a page, the first entries count', () => {
    const page = joinAnswer({ head: 1_000_000, entries: readable(seqs(1, 200), 1_000_000) })
    expect(readPage('$history', page, 200, false).entries).toEqual(seqs(1, 200))
  })
  test('in the newest page, the last entries count', () => {
    const page = joinAnswer({ head: 1_000_000, entries: readable(seqs(999_801, 1_000_000), 1_000_000, true) })
    expect(readPage('$history', page, 200, true).entries).toEqual(seqs(999_801, 1_000_000))
  })
  test('in an answer to a join, the first 10,000 members count', () => {
    const list = readable(members(MAX_MEMBERS), 200_000)
    const page = readPage('$join', joinAnswer({ members: { v: 1, count: list.length, list } }), 200, false)
    expect(membersFrom(page.members!).members.size).toBe(MAX_MEMBERS)
  })
  test('in a change of members, the first 10,000 count', () => {
    const view = membersFrom({ v: 1, list: [] })
    const delta = {
      room: 'general',
      v: 2,
      set: readable(members(MAX_MEMBERS), 200_000),
      gone: readable(
        members(MAX_MEMBERS).map(({ user }) => user.id),
        200_000,
      ),
    }
    expect(isMembersDelta(delta)).toBe(true)
    expect(membersAfter(view, delta)?.members.size).toBe(MAX_MEMBERS)
  })
  test('in the answer to a batch, as many results count as it had items', () => {
    const results = readable([{ seq: 1, at: 1 }], 1_000_000)
    expect(readPublishAnswer({ ok: true, epoch: 'epoch-one', results }, 1).results).toEqual([{ seq: 1, at: 1 }])
  })
  test('in a $hello, the first 100 capabilities count', () => {
    const names = Array.from({ length: 100 }, (_, index) => `capability-${index}`)
    const capabilities = readable(names, 1_000_000)
    expect(readHello({ ...helloWith(), capabilities })?.capabilities).toEqual(names)
  })
})

describe('SEC28 RM9 members beyond 10,000', () => {
  const full = membersFrom({ v: 1, list: members(MAX_MEMBERS) })

  test('that enter one by one are left out; the others change', () => {
    const entered = membersAfter(full, { room: 'a', v: 2, set: [{ user: { id: 'ann' } }] })
    expect(entered).toMatchObject({ v: 2, isCut: true })
    expect(entered?.members.has('ann')).toBe(false)
    const changed = membersAfter(full, { room: 'a', v: 2, set: [{ ...member(7), presence: 1 }] })
    expect(changed?.members.get('user-7')).toMatchObject({ presence: 1 })
    const freed = membersAfter(full, { room: 'a', v: 2, gone: ['user-7'], set: [{ user: { id: 'ann' } }] })
    expect([freed?.members.size, freed?.members.has('ann')]).toEqual([MAX_MEMBERS, true])
  })
  test('are reported once', async () => {
    const { url, say } = await startScript({
      $join: () => joinAnswer({ members: { v: 1, count: 20_000, list: members(20_000) } }),
    })
    const onError = vi.fn<(error: unknown, source: string) => void>()
    const client = startRoomful(url, { onError })
    const room = await client.join('general')
    expect(room.members.getState().size).toBe(MAX_MEMBERS)
    say('$members', { room: 'general', v: 2, set: [{ user: { id: 'ann' } }] })
    say('end')
    await new Promise<void>((resolve) => client.once('end', () => resolve()))
    expect(room.members.getState().size).toBe(MAX_MEMBERS)
    expect(onError.mock.calls).toEqual([
      [
        expect.objectContaining({
          code: 'TOO_LARGE',
          message: 'a room has more than 10000 members: the others are left out',
        }),
        'members',
      ],
    ])
  })
})

describe('SEC28 RM9 changes of members before the answer to the join', () => {
  const ignore = (): void => {}
  const start = () => new RoomMembers(new Schemas(undefined, ignore, ignore), ignore as () => undefined, ignore)

  test('are kept, in order', () => {
    const list = start()
    for (const v of [1, 2, 3]) list.keep({ room: 'a', v, count: 0, gone: ['ann'] })
    expect(list.takeKept().map(({ v }) => v)).toEqual([1, 2, 3])
    expect(list.takeKept()).toEqual([])
  })
  test('of more than 1,000 members are forgotten', () => {
    const list = start()
    list.keep({ room: 'a', v: 1, count: 0, gone: ['ann'] })
    list.keep({ room: 'a', v: 2, count: 1_000, set: members(1_000) })
    list.keep({ room: 'a', v: 3, count: 999, gone: ['bob'] })
    expect(list.takeKept().map(({ v }) => v)).toEqual([3])
  })
})

describe('SEC28 CN23 a $hello with absurd limits', () => {
  const limit = (name: string, value: unknown) =>
    readHello(helloWith({ limits: { [name]: value } as never }))?.limits[name as 'page']

  test.each([0, -1, 1e308, Number.NaN, Infinity, 0.5, '200', null, {}])('%j counts as the default', (value) => {
    expect(['page', 'batchItems', 'batchBytes', 'eventBytes'].map((name) => limit(name, value))).toEqual([
      200, 64, 98_304, 65_536,
    ])
  })
  test('asks for pages of at most 1,000 entries', () => {
    expect([limit('page', 1_000), limit('page', 1_001), limit('page', 9e15)]).toEqual([1_000, 1_000, 1_000])
  })
  test.each([Number.NaN, Infinity, -Infinity, 1e308, '1', undefined])('and the time %j has the own clock', (now) => {
    expect(Math.abs(readHello(helloWith({ now: now as number }))!.now - Date.now())).toBeLessThan(10_000)
  })
  test('sends and reads messages nevertheless', async () => {
    const absurd = Object.fromEntries(
      ['eventBytes', 'batchItems', 'batchBytes', 'page', 'pageBytes', 'rooms', 'presenceBytes', 'dedupMs'].map(
        (name, index) => [name, [9e15, 1][index % 2]],
      ),
    )
    const { url, dataOf } = await startScript({
      hello: { limits: { ...absurd, page: 9e15 } as never, now: 1e308 },
      $history: () => joinAnswer({ head: 1, entries: [entry(1)] }),
    })
    const room = await startRoomful(url).join('general')
    expect(await Promise.all([1, 2, 3].map((n) => room.emit('m', n)))).toHaveLength(3)
    expect((await room.history({ limit: 1e9 })).messages).toHaveLength(1)
    expect(dataOf('$history')).toMatchObject([{ limit: 1_000 }])
  })
  test('of no bytes rejects messages, and ends nothing', async () => {
    const { url } = await startScript({ hello: { limits: { eventBytes: 1, batchBytes: 1 } as never } })
    const room = await startRoomful(url).join('general')
    expect(await rejection(room.emit('m', 'text'))).toMatchObject({ code: 'TOO_LARGE' })
    expect(await room.emit('m', 1)).toMatchObject({ confirmed: true })
  })
})

test('SEC28 CN23 of a million messages in the answer to a join, a page is delivered, and the rest is asked for', async () => {
  const head = 100_000
  let joins = 0
  const { url, server, dataOf } = await startScript({
    $join: () => {
      joins += 1
      if (joins === 1) return joinAnswer()
      return joinAnswer({ head, entries: Array.from({ length: head }, (_, index) => entry(index + 1)) })
    },
    $history: () => ({ ok: false, code: 'UNAVAILABLE' }),
  })
  const client = startRoomful(url)
  const room = await client.join('general')
  const seen: unknown[] = []
  room.on('m', (data: unknown) => seen.push(data))
  for (const socket of server.io.sockets.sockets.values()) socket.conn.close()
  await expect.poll(() => dataOf('$history').length).toBeGreaterThan(0)
  expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
  expect(dataOf('$history')[0]).toMatchObject({ after: 200 })
})
