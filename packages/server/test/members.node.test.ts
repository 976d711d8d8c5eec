import { setTimeout as sleep } from 'node:timers/promises'
import { wire, type MembersDelta } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { Members } from '../src/rooms/members/members.ts'
import { believe, chat } from './support/chat.ts'
import { type Client, startRooms, texts } from './support/start-rooms.ts'

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const named = (id: string) => ({ id, name: id })

describe('members', () => {
  test('S15 a user enters with the first socket and is gone with the last; v rises by one each time', () => {
    const members = new Members(100, 200)
    members.enter('1', ann)
    expect(members.takeChange(0)).toEqual({ v: 101, count: 1, set: [{ user: ann }] })
    members.enter('2', { ...ann })
    expect(members.takeChange(0)).toBeUndefined()
    members.enter('3', bob)
    expect(members.takeChange(0)).toEqual({ v: 102, count: 2, set: [{ user: bob }] })
    expect(members.snapshot('')).toEqual({ v: 102, count: 2, list: [{ user: ann }, { user: bob }] })
    members.leave('1', 'ann')
    members.leave('1', 'ann')
    expect(members.takeChange(1_000)).toBeUndefined()
    members.leave('2', 'ann')
    expect(members.takeChange(1_000)).toEqual({ v: 103, count: 1, gone: ['ann'] })
    members.leave('9', 'unknown')
    expect(members.takeChange(2_000)).toBeUndefined()
    expect(members.snapshot('')).toEqual({ v: 103, count: 1, list: [{ user: bob }] })
  })

  test('a user who returns with other details is sent again', () => {
    const members = new Members(0, 200)
    members.enter('1', ann)
    members.takeChange(0)
    members.enter('2', { id: 'ann', name: 'Anna' })
    expect(members.takeChange(0)).toEqual({ v: 2, count: 1, set: [{ user: { id: 'ann', name: 'Anna' } }] })
    members.leave('2', 'ann')
    expect(members.takeChange(1_000)).toBeUndefined()
    expect(members.snapshot('').list).toEqual([{ user: { id: 'ann', name: 'Anna' } }])
  })

  test('S16 the newest presence of a user counts; after its socket left, the newest of the others', () => {
    const members = new Members(0, 200)
    let now = 0
    const shown = () => {
      members.takeChange((now += 50))
      return members.snapshot('').list[0]?.presence
    }
    for (const tab of ['1', '2', '3']) members.enter(tab, ann)
    members.set('1', 'ann', 'one')
    members.set('2', 'ann', 'two')
    expect(shown()).toBe('two')
    members.set('1', 'ann', 'one again')
    expect(shown()).toBe('one again')
    members.leave('1', 'ann')
    expect(shown()).toBe('two')
    members.set('3', 'ann', 0)
    expect(shown()).toBe(0)
    members.set('3', 'ann', null)
    expect(shown()).toBe('two')
    members.leave('2', 'ann')
    expect(shown()).toBeUndefined()
    members.set('2', 'ann', 'from the grave')
    members.set('3', 'bob', 'of another')
    expect(shown()).toBeUndefined()
  })

  test('S16 setting the same presence again does not make it newer', () => {
    const members = new Members(0, 200)
    for (const tab of ['1', '2']) members.enter(tab, ann, tab)
    members.set('1', 'ann', '1')
    members.enter('1', ann, '1')
    members.takeChange(0)
    expect(members.snapshot('').list).toEqual([{ user: ann, presence: '2' }])
  })

  test('S16 merge gets several presences, oldest first; a single one is used as it is', () => {
    const members = new Members(0, 200, (states) => states.join())
    let now = 0
    const shown = () => {
      members.takeChange((now += 50))
      return members.snapshot('').list[0]?.presence
    }
    for (const tab of ['1', '2', '3', '4']) members.enter(tab, ann, tab === '4' ? undefined : tab)
    expect(shown()).toBe('1,2,3')
    members.set('1', 'ann', 'one')
    expect(shown()).toBe('2,3,one')
    for (const tab of ['2', '3']) members.leave(tab, 'ann')
    expect(shown()).toBe('one')
    members.leave('1', 'ann')
    expect(shown()).toBeUndefined()
  })

  test('S16 changes of presence are sent together, and an enter or leave sends them at once', () => {
    const members = new Members(0, 200)
    members.enter('1', ann)
    members.enter('2', bob)
    members.takeChange(1_000)
    members.set('1', 'ann', 1)
    members.set('1', 'ann', 2)
    expect(members.nextChangeAt).toBe(1_050)
    expect(members.takeChange(1_049)).toBeUndefined()
    expect(members.snapshot('').list).toEqual([{ user: ann }, { user: bob }])
    expect(members.takeChange(1_050)).toEqual({ v: 2, count: 2, set: [{ user: ann, presence: 2 }] })
    expect(members.nextChangeAt).toBe(Infinity)
    members.set('1', 'ann', 3)
    members.leave('2', 'bob')
    expect(members.takeChange(1_051)).toEqual({ v: 3, count: 1, set: [{ user: ann, presence: 3 }], gone: ['bob'] })
    members.set('1', 'ann', 4)
    members.set('1', 'ann', 3)
    expect(members.takeChange(2_000)).toBeUndefined()
    expect(members.nextChangeAt).toBe(Infinity)
    expect(members.snapshot('')).toEqual({ v: 3, count: 1, list: [{ user: ann, presence: 3 }] })
  })
})

describe('S16 a user who returns after a lost connection', () => {
  /** Ann's presences, in the order in which they were set; the merge keeps all. */
  function annIn(...tabs: readonly string[]) {
    const members = new Members(0, 200, (states) => states.join())
    let now = 0
    for (const tab of tabs) members.enter(tab, ann, tab)
    return Object.assign(members, {
      shown: () => {
        members.takeChange((now += 50))
        return members.snapshot('').list.map(({ presence }) => presence)
      },
    })
  }

  test('with the same presence takes the place of the lost connection, and no change is sent', () => {
    const members = annIn('first', 'second')
    expect(members.shown()).toEqual(['first,second'])
    for (const tab of ['second', 'first']) members.markLost(tab, 'ann')
    members.enter('back', ann, 'second')
    expect(members.takeChange(1_000)).toBeUndefined()
    members.leave('second', 'ann')
    expect(members.shown()).toEqual(['first,second'])
    members.leave('first', 'ann')
    expect(members.shown()).toEqual(['second'])
    members.leave('back', 'ann')
    expect(members.shown()).toEqual([])
  })

  test("without a presence keeps the lost one's, until it sets one or the grace is over", () => {
    const members = annIn('away')
    members.markLost('away', 'ann')
    members.enter('reloaded', ann)
    expect(members.shown()).toEqual(['away'])
    members.markLost('reloaded', 'ann')
    members.enter('once more', ann)
    members.leave('reloaded', 'ann')
    expect(members.shown()).toEqual(['away'])
    members.leave('away', 'ann')
    expect(members.shown()).toEqual([undefined])
  })

  test.each<[string, (members: Members) => void, readonly unknown[]]>([
    ['clear', (members) => members.set('back', 'ann', null), [undefined]],
    ['leave', (members) => members.leave('back', 'ann'), []],
    ['set', (members) => members.set('back', 'ann', 'other'), ['other']],
    ['set the same', (members) => members.set('back', 'ann', 'away'), ['away']],
  ])('can %s at once: the lost connection changes nothing', (_name, change, shown) => {
    for (const presence of [undefined, null, 'away', 'online']) {
      const members = annIn('away')
      members.markLost('away', 'ann')
      members.enter('back', ann, presence)
      change(members)
      expect(members.shown()).toEqual(shown)
      members.leave('away', 'ann')
      expect(members.shown()).toEqual(shown)
    }
  })

  test('with another presence takes the place of a lost connection, never of a live one', () => {
    const members = annIn('here', 'lost')
    members.markLost('lost', 'ann')
    members.enter('back', ann, 'other')
    expect(members.shown()).toEqual(['here,other'])
    members.enter('new', ann, 'here')
    expect(members.shown()).toEqual(['here,other,here'])
  })

  test('is removed at once without permission to return', () => {
    const members = annIn('lost', 'here')
    members.markLost('lost', 'ann')
    members.removeLost('ann')
    expect(members.shown()).toEqual(['here'])
    members.markLost('here', 'ann')
    members.removeLost('ann')
    members.removeLost('unknown')
    expect(members.takeChange(1_000)?.gone).toEqual(['ann'])
  })
})

describe('$members', () => {
  const deltas = (client: Client) => client.of(wire.members).map(([delta]) => delta as MembersDelta)

  test('S15 the join answer has the list; the others are sent each enter and leave', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const first = await connect(ann)
    const { members } = await first.join('general')
    expect(members).toEqual({ v: expect.any(Number), count: 1, list: [{ user: ann }] })
    const v = members?.v ?? 0
    expect(v).toBeGreaterThan(2 ** 32)

    const second = await connect(bob)
    expect((await second.join('general')).members).toEqual({ v: v + 1, count: 2, list: [{ user: ann }, { user: bob }] })
    await expect.poll(() => deltas(first)).toEqual([{ room: 'general', v: v + 1, count: 2, set: [{ user: bob }] }])
    await second.ask(wire.leave, { room: 'general' })
    await expect.poll(() => deltas(first).at(-1)).toEqual({ room: 'general', v: v + 2, count: 1, gone: ['bob'] })
    expect(deltas(second)).toEqual([])
  })

  test('S15 two tabs are one member until the last one is closed', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const watcher = await connect(bob)
    await watcher.join('general')
    const tabs = [await connect(ann), await connect(ann)] as const
    await tabs[0].join('general')
    const { members } = await tabs[1].join('general')
    expect(members?.list).toEqual([{ user: bob }, { user: ann }])
    tabs[0].socket.disconnect()
    await tabs[1].publish('general', texts(['still here']))
    await expect.poll(() => watcher.of('message').length).toBe(1)
    expect(deltas(watcher).map(({ set, gone }) => [set, gone])).toEqual([[[{ user: ann }], undefined]])
    tabs[1].socket.disconnect()
    await expect.poll(() => deltas(watcher).at(-1)?.gone).toEqual(['ann'])
    expect(deltas(watcher).length).toBe(2)
  })

  test('S15 each room has its own list; an emptied room begins at another v', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const client = await connect(ann)
    const before = await client.join('general')
    const other = await client.join('other')
    expect(other.members?.v).not.toBe(before.members?.v)
    await client.ask(wire.leave, { room: 'general' })
    const after = await client.join('general')
    expect(Math.abs((after.members?.v ?? 0) - (before.members?.v ?? 0))).toBeGreaterThan(1)
    expect(after.epoch).toBe(before.epoch)
  })

  test('S27 the third member of a room for two makes it partial; all members are still known to the server', async () => {
    const { connect, rooms } = await startRooms({ contract: chat, authenticate: believe, limits: { members: 2 } })
    const [first, second, third] = [
      await connect(named('ann')),
      await connect(named('bob')),
      await connect(named('cy')),
    ]
    await first.join('general')
    await second.join('general')
    const { members } = await third.join('general')
    expect(members).toEqual({ v: expect.any(Number), count: 3, list: [{ user: named('cy') }], partial: true })
    await expect.poll(() => deltas(second)).toEqual([{ room: 'general', v: members?.v, count: 3, partial: true }])
    expect((await rooms.members('general')).map(({ user }) => user.id)).toEqual(['ann', 'bob', 'cy'])
    const presence = { status: 'away' }
    await third.ask(wire.presence, { room: 'general', presence })
    const own = { room: 'general', v: members?.v, count: 3, set: [{ user: named('cy'), presence }] }
    await expect.poll(() => deltas(third)).toEqual([own])
    expect(deltas(first)).toHaveLength(2)
  })

  test('S27 a partial room that is left by all tells nothing to those who join a room with its name later', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe, limits: { members: 2 } })
    const clients = [await connect(named('ann')), await connect(named('bob')), await connect(named('cy'))]
    for (const client of clients) await client.join('general')
    for (const client of clients) await client.ask(wire.leave, { room: 'general' })
    const late = await connect(named('dee'))
    await late.join('general')
    await sleep(1_200) // the number of a partial room is told after a second
    expect(deltas(late)).toEqual([])
  })
})
