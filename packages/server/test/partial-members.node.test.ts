import assert from 'node:assert'
import type { WireMember } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Members } from '../src/rooms/members/members.ts'
import type { MembersChange } from '../src/rooms/members/published-members.ts'
import { TypingState } from '../src/rooms/members/typing-state.ts'

const LIMIT = 5
const ann = { id: 'ann' }
const userAt = (index: number) => ({ id: `user ${index}` })

/** A room of so many users, each with one socket of the user's id, and what was published last. */
function roomOf(count: number, now = 0) {
  const members = new Members(100, LIMIT)
  for (let index = 0; index < count; index += 1) members.enter(`user ${index}`, userAt(index))
  const change = members.takeChange(now)
  members.takeOwnChanges(now)
  return { members, change }
}

describe('S27 a room with more members than the limit is partial', () => {
  test('a room with as many members as the limit is whole', () => {
    const { members, change } = roomOf(LIMIT)
    expect(members.isPartial).toBe(false)
    expect(change?.set).toHaveLength(LIMIT)
    expect(members.snapshot('user 0')).toMatchObject({ count: LIMIT, list: { length: LIMIT } })
  })

  test('one more member makes it partial for all, and a snapshot has only the member that joins', () => {
    const { members } = roomOf(LIMIT)
    members.enter('ann', ann, 'here')
    expect(members.takeChange(0)).toEqual({ v: 102, count: LIMIT + 1, partial: true })
    expect(members.snapshot('ann')).toEqual({
      v: 102,
      count: LIMIT + 1,
      list: [{ user: ann, presence: 'here' }],
      partial: true,
    })
    expect(members.all()).toHaveLength(LIMIT + 1)
  })

  test('then the count is sent at most once a second, and only if it has changed', () => {
    const { members } = roomOf(LIMIT + 1)
    members.enter('ann', ann)
    expect(members.nextChangeAt).toBe(1_000)
    expect(members.takeChange(999)).toBeUndefined()
    expect(members.takeChange(1_000)).toEqual({ v: 102, count: LIMIT + 2 })
    expect(members.nextChangeAt).toBe(Infinity)
    members.enter('bob', { id: 'bob' })
    members.leave('bob', 'bob')
    expect(members.nextChangeAt).toBe(Infinity)
  })

  test('in a room of thousands a count is sent at most once in as many milliseconds as it has members', () => {
    const { members } = roomOf(3_000)
    members.enter('ann', ann)
    expect(members.takeChange(2_999)).toBeUndefined()
    expect(members.takeChange(3_000)).toEqual({ v: 102, count: 3_001 })
  })

  test('a presence goes to the sockets of its user only, with the version of before', () => {
    const { members } = roomOf(LIMIT)
    for (const socket of ['ann 1', 'ann 2', 'ann 3']) members.enter(socket, ann)
    members.takeChange(0)
    members.takeOwnChanges(0)
    members.markLost('ann 3', 'ann')
    members.set('ann 1', 'ann', 'away')
    expect(members.takeChange(60_000)).toBeUndefined()
    const set = [{ user: ann, presence: 'away' }]
    expect(members.takeOwnChanges(60_000)).toEqual([
      { sockets: ['ann 2', 'ann 1'], change: { v: 102, count: LIMIT + 1, set } },
    ])
    expect(members.takeOwnChanges(60_000)).toEqual([])
  })

  test('S16 presence goes to the own sockets at most once in 50 ms', () => {
    const { members } = roomOf(LIMIT)
    members.enter('ann', ann)
    members.takeChange(0)
    const taken: unknown[] = []
    const say = (presence: string, now: number): void => {
      members.set('ann', 'ann', presence)
      taken.push(...members.takeOwnChanges(now).map(({ change }) => change.set?.[0]?.presence))
    }
    for (const [index, presence] of ['a', 'b', 'c'].entries()) say(presence, 100 + index)
    expect([taken, members.nextChangeAt]).toEqual([['a'], 150])
    say('d', 150)
    expect([taken, members.nextChangeAt]).toEqual([['a', 'd'], Infinity])
  })

  test('with less than 0.8 of the limit it is whole again, ten seconds after it became partial, with the whole list', () => {
    const { members } = roomOf(LIMIT + 1)
    members.leave('user 0', 'user 0')
    members.leave('user 1', 'user 1')
    expect(members.takeChange(60_000)).toEqual({ v: 102, count: 4 })
    members.leave('user 2', 'user 2')
    expect(members.nextChangeAt).toBe(10_000)
    expect(members.takeChange(9_999)).toBeUndefined()
    expect(members.takeChange(60_000)).toEqual({
      v: 103,
      count: 3,
      list: [{ user: userAt(3) }, { user: userAt(4) }, { user: userAt(5) }],
    })
    expect(members.isPartial).toBe(false)
  })

  test('within ten seconds after it is whole it may be partial, but not whole again', () => {
    const { members } = roomOf(LIMIT + 1)
    for (let index = 0; index < LIMIT; index += 1) members.leave(`user ${index}`, `user ${index}`)
    expect(members.takeChange(10_000)?.list).toHaveLength(1)
    for (let index = 0; index < LIMIT; index += 1) members.enter(`user ${index}`, userAt(index))
    expect(members.takeChange(10_001)?.partial).toBe(true)
    for (let index = 0; index < LIMIT; index += 1) members.leave(`user ${index}`, `user ${index}`)
    expect(members.takeChange(20_000)).not.toHaveProperty('list')
    expect(members.takeChange(20_001)).toHaveProperty('list')
  })
})

test('S27 in a partial room at most two starts of typing a second are relayed', () => {
  const typing = new TypingState()
  const start = (id: string, now: number, isPartial = true) => typing.start(id, { id }, now, isPartial)
  expect(['ann', 'bob', 'cy'].map((id) => start(id, 0))).toEqual([true, true, false])
  expect(typing.stop('cy', 1)).toBe(false)
  expect(start('cy', 999)).toBe(false)
  expect(start('cy', 1_000)).toBe(true)
  expect(['dee', 'eve', 'fay'].map((id) => start(id, 1_000, false))).toEqual([true, true, true])
})

/** What a client knows by the rules of docs/protocol.md. */
class ModelClient {
  view: { v: number; count: number; isPartial: boolean; list: Map<string, WireMember> }

  constructor(members: Members, id: string) {
    const { v, count, list, partial = false } = members.snapshot(id)
    this.view = { v, count, isPartial: partial, list: new Map(list.map((member) => [member.user.id, member])) }
  }

  receive({ v, count, set = [], gone = [], list, partial }: MembersChange, id: string): void {
    const { view } = this
    if (v < view.v) return
    if (v > view.v + 1) throw new Error(`the client missed a change: ${view.v} and then ${v}`)
    if (v === view.v && !view.isPartial) return
    if (partial) for (const other of view.list.keys()) if (other !== id) view.list.delete(other)
    if (list) view.list = new Map(list.map((member) => [member.user.id, member]))
    for (const other of gone) view.list.delete(other)
    for (const member of set) if (!view.isPartial || member.user.id === id) view.list.set(member.user.id, member)
    Object.assign(view, { v, count, isPartial: partial ?? (list ? false : view.isPartial) })
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enter' as const), user: fc.nat(11) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), user: fc.nat(11) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      user: fc.nat(11),
      presence: fc.constantFrom('a', 'b', null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 999, 1_000, 9_000, 10_000) }),
  },
)

test('S27 after any joins, leaves and changes, each client has the list or only itself, and the count, within a bounded time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const members = new Members(100, LIMIT)
      const clients = new Map<string, ModelClient>()
      let now = 0
      let wholeAt = -Infinity
      let countedAt = -Infinity
      let ownAt = -Infinity
      const publish = (except?: string): void => {
        const before = members.isPartial
        const change = members.takeChange(now)
        if (change?.list) {
          assert(now - wholeAt >= 10_000, 'whole again at most once in ten seconds')
          wholeAt = now
        } else if (change && before) {
          assert(now - countedAt >= 1_000, 'the number at most once a second')
          assert.deepStrictEqual(change, { v: change.v, count: members.count })
        }
        if (change) countedAt = now
        for (const [id, client] of clients) if (change && id !== except) client.receive(change, id)
        const owns = members.takeOwnChanges(now)
        if (owns.length > 0) ownAt = now
        for (const own of owns)
          for (const id of own.sockets) clients.get(id as string)?.receive(own.change, id as string)
        assert(members.nextChangeAt > now, 'nothing is due now')
      }
      const check = (): void => {
        const all = members.all()
        for (const [id, { view }] of clients) {
          const expected = all.filter(({ user }) => !members.isPartial || user.id === id)
          assert(view.isPartial === members.isPartial)
          assert(view.list.size <= LIMIT, 'no list is longer than the limit')
          assert.deepStrictEqual(new Set(view.list.keys()), new Set(expected.map(({ user }) => user.id)))
          if (members.isPartial) {
            if (members.nextChangeAt > ownAt + 50)
              assert.deepStrictEqual([...view.list.values()], expected, 'the own member is up to date')
          } else assert(view.count === all.length)
        }
      }
      for (const it of steps) {
        const id = `user ${'user' in it ? it.user : ''}`
        if (it.do === 'enter') {
          const isNew = members.enter(id, { id })
          publish(id)
          if (isNew) clients.set(id, new ModelClient(members, id))
        } else if (it.do === 'leave') {
          members.leave(id, id)
          clients.delete(id)
          publish()
        } else if (it.do === 'set') {
          members.set(id, id, it.presence)
          publish()
        } else {
          const until = now + it.ms
          for (let due = members.nextChangeAt; due <= until; due = members.nextChangeAt) {
            now = Math.max(now, due)
            publish()
          }
          now = until
        }
        check()
      }
      for (let due = members.nextChangeAt; due < Infinity; due = members.nextChangeAt) {
        now = due
        publish()
      }
      check()
      for (const { view } of clients.values()) assert(view.count === members.count, 'at rest, all know the number')
    }),
    { numRuns: 300 },
  )
})
