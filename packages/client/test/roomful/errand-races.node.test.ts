import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { codeOf } from '../rooms/support/outcomes.ts'
import { createScriptedMembership as create, settled } from '../rooms/support/scripted-membership.ts'
import { joinAnswer, startScript } from '../rooms/support/scripted-server.ts'
import { startRoomful } from '../support/test-client.ts'

describe('C10 joined for messages alone', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('and they are discarded before the answer: it leaves again, and nothing is sent', async () => {
    const { errand, need, idle, answer, asked, status, errands } = create()
    need()
    void errand()
    await settled()
    idle()
    await answer(0)
    expect([asked(), status(), errands]).toEqual([['join', 'leave'], 'left', []])
  })
  test('that were taken over while the room was left: it goes in again for them', async () => {
    const { join, leave, errand, need, answer, asked, status, errands } = create()
    void join()
    await answer(0)
    void leave()
    await settled()
    need()
    void errand()
    await answer(1)
    await answer(2)
    expect([asked(), status(), errands]).toEqual([['join', 'leave', 'join'], 'left', ['admitted']])
  })
})

describe('RM3 while a join is refused for now', () => {
  test('what is said waits, and goes when we are let in', async () => {
    const { url, events } = await startScript({
      $join: (_request, _socket, nth) => (nth === 1 ? { ok: false, code: 'RATE' } : joinAnswer()),
    })
    const room = startRoomful(url).room('general')
    await expect(codeOf(room.join())).resolves.toBe('RATE')
    expect(room.status).toBe('failed')
    const sent = codeOf(room.emit('m', 'waits'))
    await room.join()
    await expect(sent).resolves.toBe('confirmed')
    expect(events()).toEqual(['$join', '$join', '$publish'])
  })
  test('OB16 while it is refused for good, what is said is refused', async () => {
    const { url } = await startScript({ $join: () => ({ ok: false, code: 'FORBIDDEN' }) })
    const room = startRoomful(url).room('general')
    await expect(codeOf(room.join())).resolves.toBe('FORBIDDEN')
    await expect(codeOf(room.emit('m', 'text'))).resolves.toBe('NOT_MEMBER')
  })
})
