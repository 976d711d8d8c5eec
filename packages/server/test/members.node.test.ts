import { wire, type MembersDelta } from '@roomful/contract'
import { describe, expect, test } from 'vitest'
import { Members } from '../src/members.ts'
import { believe, chat } from './support/chat.ts'
import { type Client, startRooms, texts } from './support/start-rooms.ts'

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }

describe('members', () => {
  test('S15 enter on the first socket of a user, gone with the last, v up by one each time', () => {
    const members = new Members(100)
    expect(members.enter('1', ann)).toEqual({ v: 101, set: [{ user: ann }] })
    expect(members.enter('2', { ...ann })).toBeUndefined()
    expect(members.enter('3', bob)).toEqual({ v: 102, set: [{ user: bob }] })
    expect(members.snapshot()).toEqual({ v: 102, list: [{ user: ann }, { user: bob }] })
    expect(members.leave('1', 'ann')).toBeUndefined()
    expect(members.leave('1', 'ann')).toBeUndefined()
    expect(members.leave('2', 'ann')).toEqual({ v: 103, gone: ['ann'] })
    expect(members.leave('9', 'nobody')).toBeUndefined()
    expect(members.snapshot()).toEqual({ v: 103, list: [{ user: bob }] })
  })

  test('a user who comes back with other details is told anew', () => {
    const members = new Members(0)
    members.enter('1', ann)
    expect(members.enter('2', { id: 'ann', name: 'Anna' })).toEqual({
      v: 2,
      set: [{ user: { id: 'ann', name: 'Anna' } }],
    })
    expect(members.leave('2', 'ann')).toBeUndefined()
    expect(members.snapshot().list).toEqual([{ user: { id: 'ann', name: 'Anna' } }])
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
