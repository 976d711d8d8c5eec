import { createPresence, type Room } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { recordRoom } from '../rooms/support/record-room.ts'
import { joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'

const member = (id: string, name = id) => ({ user: { id, name } })
const listOf = (v: number, ...ids: string[]) =>
  joinAnswer({ members: { v, count: ids.length, list: ids.map((id) => member(id)) } })
const idsIn = (room: Pick<Room, 'members'>) => [...room.members.getState().keys()]

describe('RM9 members', () => {
  test('are those of the answer to the join, follow each change, and are empty after a leave', async () => {
    const { url, say } = await startScript({ $join: () => listOf(7, 'ann', 'bob') })
    const room = await startRoomful(url).join('general')
    expect([...room.members.getState()]).toEqual([
      ['ann', { user: { id: 'ann', name: 'ann' }, presence: undefined }],
      ['bob', { user: { id: 'bob', name: 'bob' }, presence: undefined }],
    ])
    say('$members', { room: 'general', v: 8, set: [member('cy')], gone: ['ann'] })
    say('$members', { room: 'general', v: 8, gone: ['bob'] })
    say('$members', { room: 'other', v: 9, gone: ['bob'] })
    say('$members', { room: 'general', v: 9, set: [member('bob', 'Bobby')] })
    await eventually(() => expect(room.members.getState().get('bob')?.user).toEqual({ id: 'bob', name: 'Bobby' }))
    expect(idsIn(room)).toEqual(['bob', 'cy'])
    await room.leave()
    expect(idsIn(room)).toEqual([])
  })
  test('call listeners only for a change', async () => {
    const { url, say } = await startScript({ $join: () => listOf(1, 'ann') })
    const room = await startRoomful(url).join('general')
    const seen: string[][] = []
    room.members.subscribe(() => seen.push(idsIn(room)))
    const ann = room.members.getState().get('ann')
    say('$members', { room: 'general', v: 1, gone: ['ann'] })
    say('$members', { room: 'general', v: 2, set: [member('bob')] })
    await eventually(() => expect(seen).toEqual([['ann', 'bob']]))
    expect(room.members.getState().get('ann')).toBe(ann) // a member that stays is the same object
  })
  test('are requested once more where a change was missed, without a leave', async () => {
    const { url, say, dataOf, events } = await startScript({
      $join: (_request, _socket, nth) => (nth === 1 ? listOf(1, 'ann') : listOf(30, 'cy', 'dee')),
    })
    const room = await startRoomful(url).join('general')
    for (let v = 10; v < 30; v += 1) say('$members', { room: 'general', v, set: [member(`guest${v}`)] })
    await eventually(() => expect(idsIn(room)).toEqual(['cy', 'dee']))
    expect(dataOf('$join')).toHaveLength(2)
    expect(events()).not.toContain('$leave')
    expect(room.status).toBe('joined')
  })
  test('are requested again without the loss of a message that comes meanwhile', async () => {
    const received: unknown[] = []
    const { url, say } = await startScript({
      $join:
        ({ room }, socket, nth) =>
        (acknowledge) => {
          if (nth === 1) return acknowledge(listOf(1, 'ann'))
          socket.emit('message', 2, metaOf(room, 2))
          acknowledge({ ...listOf(9, 'bob'), head: 2 })
          socket.emit('message', 3, metaOf(room, 3))
        },
    })
    const room = await startRoomful(url).join('general')
    room.on('message', (data) => received.push(data))
    room.on('gap', (gap) => received.push(gap))
    say('message', 1, metaOf('general', 1))
    say('$members', { room: 'general', v: 8 })
    await eventually(() => expect(idsIn(room)).toEqual(['bob']))
    await eventually(() => expect(received).toEqual([1, 2, 3]))
  })
  test('that the server refuses to give end the membership', async () => {
    const { url, say } = await startScript({
      $join: (_request, _socket, nth) =>
        nth === 1 ? listOf(1, 'ann') : { ok: false, code: 'FORBIDDEN', message: 'you were removed' },
    })
    const room = await startRoomful(url).join('general')
    say('$members', { room: 'general', v: 9 })
    await eventually(() => expect(room.status).toBe('failed'))
    expect(room.state.getState().error?.message).toBe('you were removed')
    expect(idsIn(room)).toEqual([])
  })
  test('stay through a join that is refused for now; later only the differences are told', async () => {
    const { url, say } = await startScript({
      $join: (_request, _socket, nth) =>
        nth === 2 ? { ok: false, code: 'UNAVAILABLE' } : listOf(nth, 'ann', ...(nth > 1 ? ['bob'] : [])),
    })
    const room = await startRoomful(url).join('general')
    const seen: string[][] = []
    room.members.subscribe(() => seen.push(idsIn(room)))
    const statuses = recordRoom(room)
    say('$members', { room: 'general', v: 9 })
    await eventually(() => expect(statuses).toEqual(['joined', 'joining', 'failed', 'joining', 'joined']))
    expect(seen).toEqual([['ann', 'bob']])
  })
  test('without an answer fail the room, and a leave is sent, so that both ends agree', async () => {
    const { url, say, events } = await startScript({
      $join: (_request, _socket, nth) => (nth === 2 ? undefined : listOf(nth, 'ann')),
    })
    const room = await startRoomful(url, { joinTimeoutMs: 50 }).join('general')
    say('$members', { room: 'general', v: 9 })
    await eventually(() => expect(events()).toEqual(['$join', '$join', '$leave']))
    await eventually(() => expect(room.status).toBe('failed'))
  })
  test('CN12 that are malformed change nothing', async () => {
    expectNothingUncaught()
    const { url, say } = await startScript({ $join: () => listOf(1, 'ann') })
    const room = await startRoomful(url).join('general')
    const statuses = recordRoom(room)
    for (const message of [undefined, null, 'x', [], { room: 'general' }, { room: 'general', v: '2' }])
      say('$members', message)
    say('$members', { room: 'general', v: 2, set: [{ user: { name: 'no id' } }] })
    say('$members', { room: 'general', v: 2, gone: 'ann' })
    say('$members', { room: 'general', v: 2, set: [member('bob')] })
    await eventually(() => expect(idsIn(room)).toEqual(['ann', 'bob']))
    expect(statuses).toEqual(['joined'])
  })
})

describe('RM17 occupancy', () => {
  const partial = joinAnswer({ members: { v: 7, count: 300, list: [member('ann')], partial: true } })
  const script = { hello: { user: { id: 'ann' } }, $join: () => partial }

  test('is unknown before the join and after the leave, and the count of the server in between', async () => {
    const { url, say } = await startScript(script)
    const client = startRoomful(url)
    const { occupancy } = client.room('general')
    expect(occupancy.getState()).toEqual({ count: undefined, isPartial: false })
    const room = await client.join('general')
    expect(occupancy.getState()).toEqual({ count: 300, isPartial: true })
    expect(idsIn(room)).toEqual(['ann'])
    say('$members', { room: 'general', v: 8, count: 301 })
    await eventually(() => expect(occupancy.getState().count).toBe(301))
    await room.leave()
    expect(occupancy.getState()).toEqual({ count: undefined, isPartial: false })
  })
  test('calls no listener of members for a count, and no enter or leave where a room becomes whole or partial', async () => {
    const { url, say } = await startScript(script)
    const room = await startRoomful(url).join('general')
    const seen: unknown[] = []
    room.members.subscribe(() => seen.push(idsIn(room)))
    const presence = createPresence(room)
    for (const type of ['enter', 'leave', 'update'] as const) presence.on(type, ({ user }) => seen.push([type, user]))
    say('$members', { room: 'general', v: 8, count: 301 })
    say('$members', { room: 'general', v: 9, count: 2, list: [member('ann'), member('bob')] })
    say('$members', { room: 'general', v: 10, count: 300, partial: true })
    await eventually(() => expect(seen).toEqual([['ann', 'bob'], ['ann']]))
    expect(presence.others.getState().size).toBe(0)
    expect(presence.self.getState()?.user).toEqual(member('ann').user)
  })
})
