import { describe, expect, test } from 'vitest'
import { membersAfter, membersFrom } from '../../../src/roomful/members.ts'
import { recordRoom } from '../../rooms/support/record-room.ts'
import { joinAnswer, startScript } from '../../rooms/support/scripted-server.ts'
import { startRoomful } from '../../support/test-client.ts'

const user = (id: string, status?: string) => ({ user: { id }, ...(status !== undefined && { presence: { status } }) })

describe('RM9 members that did not change', () => {
  test('keep their objects, through changes and new snapshots', () => {
    const first = membersFrom({ v: 1, list: [user('ann', 'away'), user('bob')] })
    const next = membersAfter(first, { room: 'a', v: 2, set: [user('ann', 'away'), user('bob', 'back')] })!
    const again = membersFrom({ v: 9, list: [user('bob', 'back'), user('ann', 'away')] }, next)
    expect(next.members.get('ann')).toBe(first.members.get('ann'))
    expect(next.members.get('bob')).not.toBe(first.members.get('bob'))
    expect(again.members.get('bob')).toBe(next.members.get('bob'))
  })
  test('call no listener after an outage, in whatever order the server lists them', async () => {
    const lists = [
      [user('ann'), user('bob', 'away')],
      [user('bob', 'away'), user('ann')],
    ]
    const { url, server, say } = await startScript({
      $join: (_request, _socket, nth) => joinAnswer({ members: { v: nth, count: 2, list: lists[(nth - 1) % 2]! } }),
    })
    const room = await startRoomful(url).join('general')
    const before = room.members.getState()
    const calls: unknown[] = []
    room.members.subscribe((now) => calls.push([...now.keys()]))
    const statuses = recordRoom(room)
    await server.restart()
    await expect.poll(() => statuses).toEqual(['joined', 'suspended', 'joining', 'joined'])
    expect(room.members.getState()).toBe(before)
    say('$members', { room: 'general', v: 3, set: [user('bob', 'away')] })
    say('$members', { room: 'general', v: 4, gone: ['bob'] })
    await expect.poll(() => calls).toEqual([['ann']])
  })
})
