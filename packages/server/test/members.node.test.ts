import { wire, type MembersDelta } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { Members } from '../src/members.ts'
import { believe, chat } from './support/chat.ts'
import { type Client, startRooms, texts } from './support/start-rooms.ts'

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }

describe('members', () => {
  test('S15 enter on the first socket of a user, gone with the last, v up by one each time', () => {
    const members = new Members(100)
    members.enter('1', ann)
    expect(members.due(0)).toEqual({ v: 101, set: [{ user: ann }] })
    members.enter('2', { ...ann })
    expect(members.due(0)).toBeUndefined()
    members.enter('3', bob)
    expect(members.due(0)).toEqual({ v: 102, set: [{ user: bob }] })
    expect(members.snapshot()).toEqual({ v: 102, list: [{ user: ann }, { user: bob }] })
    members.leave('1', 'ann')
    members.leave('1', 'ann')
    expect(members.due(1_000)).toBeUndefined()
    members.leave('2', 'ann')
    expect(members.due(1_000)).toEqual({ v: 103, gone: ['ann'] })
    members.leave('9', 'nobody')
    expect(members.due(2_000)).toBeUndefined()
    expect(members.snapshot()).toEqual({ v: 103, list: [{ user: bob }] })
  })

  test('a user who comes back with other details is told anew', () => {
    const members = new Members(0)
    members.enter('1', ann)
    members.due(0)
    members.enter('2', { id: 'ann', name: 'Anna' })
    expect(members.due(0)).toEqual({ v: 2, set: [{ user: { id: 'ann', name: 'Anna' } }] })
    members.leave('2', 'ann')
    expect(members.due(1_000)).toBeUndefined()
    expect(members.snapshot().list).toEqual([{ user: { id: 'ann', name: 'Anna' } }])
  })

  test('S16 the newest state of a user is shown; with its socket gone, the newest of those left', () => {
    const members = new Members(0)
    let now = 0
    const shown = () => {
      members.due((now += 50))
      return members.snapshot().list[0]?.presence
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

  test('S16 a state that is set again is none the newer', () => {
    const members = new Members(0)
    for (const tab of ['1', '2']) members.enter(tab, ann, tab)
    members.set('1', 'ann', '1')
    members.enter('1', ann, '1')
    members.due(0)
    expect(members.snapshot().list).toEqual([{ user: ann, presence: '2' }])
  })

  test('S16 merge says what several states show, the oldest first; one alone is shown as it is', () => {
    const members = new Members(0, (states) => states.join())
    let now = 0
    const shown = () => {
      members.due((now += 50))
      return members.snapshot().list[0]?.presence
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

  test('S16 changes of state wait for each other, and who enters or goes takes them along', () => {
    const members = new Members(0)
    members.enter('1', ann)
    members.enter('2', bob)
    members.due(1_000)
    members.set('1', 'ann', 1)
    members.set('1', 'ann', 2)
    expect(members.dueAt).toBe(1_050)
    expect(members.due(1_049)).toBeUndefined()
    expect(members.snapshot().list).toEqual([{ user: ann }, { user: bob }])
    expect(members.due(1_050)).toEqual({ v: 2, set: [{ user: ann, presence: 2 }] })
    expect(members.dueAt).toBe(Infinity)
    members.set('1', 'ann', 3)
    members.leave('2', 'bob')
    expect(members.due(1_051)).toEqual({ v: 3, set: [{ user: ann, presence: 3 }], gone: ['bob'] })
    members.set('1', 'ann', 4)
    members.set('1', 'ann', 3)
    expect(members.due(2_000)).toBeUndefined()
    expect(members.dueAt).toBe(Infinity)
    expect(members.snapshot()).toEqual({ v: 3, list: [{ user: ann, presence: 3 }] })
  })
})

describe('S16 whose line broke and who is back', () => {
  /** Ann's tabs, in the order in which they said what they say; the merge shows all. */
  function annIn(...tabs: readonly string[]) {
    const members = new Members(0, (states) => states.join())
    let now = 0
    for (const tab of tabs) members.enter(tab, ann, tab)
    return Object.assign(members, {
      shown: () => {
        members.due((now += 50))
        return members.snapshot().list.map(({ presence }) => presence)
      },
    })
  }

  test('with the same state takes the place of the lost one, which is told to nobody', () => {
    const members = annIn('first', 'second')
    expect(members.shown()).toEqual(['first,second'])
    for (const tab of ['second', 'first']) members.lost(tab, 'ann')
    members.enter('back', ann, 'second')
    expect(members.due(1_000)).toBeUndefined()
    members.leave('second', 'ann')
    expect(members.shown()).toEqual(['first,second'])
    members.leave('first', 'ann')
    expect(members.shown()).toEqual(['second'])
    members.leave('back', 'ann')
    expect(members.shown()).toEqual([])
  })

  test('with none says nothing new, until it does or the grace is over', () => {
    const members = annIn('away')
    members.lost('away', 'ann')
    members.enter('reloaded', ann)
    expect(members.shown()).toEqual(['away'])
    members.lost('reloaded', 'ann')
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
  ])('can %s at once: the lost one has no say', (_name, change, shown) => {
    for (const presence of [undefined, null, 'away', 'online']) {
      const members = annIn('away')
      members.lost('away', 'ann')
      members.enter('back', ann, presence)
      change(members)
      expect(members.shown()).toEqual(shown)
      members.leave('away', 'ann')
      expect(members.shown()).toEqual(shown)
    }
  })

  test('with another state, or as another tab, takes the place of a lost one, never of one that is here', () => {
    const members = annIn('here', 'lost')
    members.lost('lost', 'ann')
    members.enter('back', ann, 'other')
    expect(members.shown()).toEqual(['here,other'])
    members.enter('new', ann, 'here')
    expect(members.shown()).toEqual(['here,other,here'])
  })

  test('who may not be back is gone at once', () => {
    const members = annIn('lost', 'here')
    members.lost('lost', 'ann')
    members.forgetLost('ann')
    expect(members.shown()).toEqual(['here'])
    members.lost('here', 'ann')
    members.forgetLost('ann')
    members.forgetLost('nobody')
    expect(members.due(1_000)?.gone).toEqual(['ann'])
  })
})

describe('$members', () => {
  const deltas = (client: Client) => client.of(wire.members).map(([delta]) => delta as MembersDelta)

  test('S15 the join answer has the list; the others hear who enters and who goes', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const first = await connect(ann)
    const { members } = await first.join('general')
    expect(members).toEqual({ v: expect.any(Number), list: [{ user: ann }] })
    const v = members?.v ?? 0
    expect(v).toBeGreaterThan(2 ** 32)

    const second = await connect(bob)
    expect((await second.join('general')).members).toEqual({ v: v + 1, list: [{ user: ann }, { user: bob }] })
    await expect.poll(() => deltas(first)).toEqual([{ room: 'general', v: v + 1, set: [{ user: bob }] }])
    await second.ask(wire.leave, { room: 'general' })
    await expect.poll(() => deltas(first).at(-1)).toEqual({ room: 'general', v: v + 2, gone: ['bob'] })
    expect(deltas(second)).toEqual([])
  })

  test('S15 two tabs are one member, until the last is closed', async () => {
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

  test('S15 each room has its own list, and one that was empty begins at another v', async () => {
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
})
