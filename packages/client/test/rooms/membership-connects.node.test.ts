import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { createScriptedMembership as create } from './support/scripted-membership.ts'

const NO = refusal('FORBIDDEN')
const BUSY = refusal('RATE')
const CUT = new RoomfulError('DISCONNECTED', 'the connection ended')
const TIMEOUT = new RoomfulError('TIMEOUT', 'no answer')
const STOPPED = new RoomfulError('DISCONNECTED', 'disconnect() was called')

describe('RM3 after a connect that did not recover', () => {
  test('joined, suspended and failed rooms are joined again; left rooms are not', () => {
    const [joined, suspended, failed, left] = [create(), create(), create(), create()] as const
    for (const room of [joined, suspended, failed]) room.join()
    joined.accept(0)
    suspended.accept(0)
    failed.fail(0, NO)
    const rooms = [joined, suspended, failed, left]
    for (const room of rooms) room.down()
    expect(rooms.map((room) => room.status())).toEqual(['suspended', 'suspended', 'failed', 'left'])
    for (const room of rooms) room.up()
    expect(rooms.map((room) => room.status())).toEqual(['joining', 'joining', 'joining', 'left'])
    expect(rooms.map((room) => room.requests().length)).toEqual([2, 2, 2, 0])
  })
  test('the server has nothing to leave', () => {
    const { join, leave, up, down, accept, requests } = create()
    join()
    accept(0)
    down()
    leave()
    up()
    expect(requests()).toEqual(['join'])
  })
  test('a leave of a room whose join was refused for now on it sends nothing', () => {
    const { join, leave, down, up, accept, fail, requests } = create()
    join()
    accept(0)
    down()
    up()
    fail(1, BUSY)
    leave()
    expect(requests()).toEqual(['join', 'join'])
  })
})

describe('RM3 after a connect that recovered', () => {
  test('a room that the server kept needs no request, and its messages are sent', () => {
    const { join, up, down, accept, requests, status, joined } = create()
    join()
    accept(0)
    down()
    up(true)
    expect([status(), requests(), joined]).toEqual(['joined', ['join'], ['app', 'outbox']])
  })
  test('a join that was not answered is sent again', () => {
    const { join, up, down, requests, status } = create()
    join()
    down()
    up(true)
    expect([requests(), status()]).toEqual([['join', 'join'], 'joining'])
  })
  test('a leave during the outage is sent', () => {
    const { join, leave, up, down, accept, requests, status } = create()
    join()
    accept(0)
    down()
    leave()
    up(true)
    accept(1)
    expect([status(), requests()]).toEqual(['left', ['join', 'leave']])
  })
  test('a leave of a room whose join was not answered is sent', () => {
    const { join, leave, up, down, requests } = create()
    join()
    down()
    leave()
    up(true)
    expect(requests()).toEqual(['join', 'leave'])
  })
  test('a leave that was cut off is sent again', () => {
    const { join, leave, up, down, accept, fail, requests, status } = create()
    join()
    accept(0)
    leave()
    fail(1, CUT)
    expect([status(), requests()]).toEqual(['left', ['join', 'leave']])
    down()
    up(true)
    expect(requests()).toEqual(['join', 'leave', 'leave'])
  })
  test('OB10 messages are sent though the app left during the outage; the leave follows', () => {
    const { join, leave, down, up, need, needNoMore, accept, requests, joined, status } = create()
    join()
    accept(0)
    down()
    need()
    leave()
    up(true)
    expect([status(), requests(), joined]).toEqual(['left', ['join'], ['app', 'outbox']])
    needNoMore()
    expect(requests()).toEqual(['join', 'leave'])
  })
  test('P8 messages wait for a join, where the last one was refused for now on a connection that was not recovered', () => {
    const { join, leave, down, up, need, accept, fail, requests, joined } = create()
    join()
    accept(0)
    down()
    up(false)
    fail(1, BUSY)
    need()
    down()
    leave()
    up(true)
    expect([requests(), joined]).toEqual([['join', 'join', 'join'], ['app']])
  })
})

describe('RM3 a join that did not succeed', () => {
  test.each([
    ['was refused for now', BUSY],
    ['was not answered in time', TIMEOUT],
  ])('because it %s is tried again, and the attempts are counted', (_why, error) => {
    const { join, fail, accept, lost, retryDue, requests, status, retries } = create()
    join()
    for (const nth of [0, 1, 2]) {
      fail(nth, error)
      expect([status(), requests().length]).toEqual(['failed', nth + 1])
      retryDue()
      expect([status(), requests().length]).toEqual(['joining', nth + 2])
    }
    accept(3)
    lost()
    fail(4, error)
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1])
  })
  test('waits at least as long as the server asked for', () => {
    const { join, fail, retries } = create()
    join()
    fail(0, refusal('RATE', { after: 5_000 }))
    expect(retries).toEqual([{ attempt: 1, minMs: 5_000 }])
  })
  test('because it was refused permanently is not tried again, and messages that wait end', () => {
    const { join, fail, status, refused, isRetrying } = create()
    join()
    fail(0, NO)
    expect([status(), isRetrying(), refused]).toEqual(['failed', false, ['FORBIDDEN']])
  })
  test('because the connection ended stays joining, and is sent on the next connection only', () => {
    const { join, fail, down, up, requests, status, isRetrying } = create()
    join()
    fail(0, CUT)
    expect([status(), requests(), isRetrying()]).toEqual(['joining', ['join'], false])
    down()
    up()
    expect([status(), requests()]).toEqual(['joining', ['join', 'join']])
  })
  test.each(['leave', 'down', 'join', 'hold'] as const)('has no retry planned after %s', (what) => {
    const { fail, isRetrying, ...room } = create()
    room.join()
    fail(0, BUSY)
    room[what]()
    expect(isRetrying()).toBe(false)
  })
  test('for now is suspended with the reason where the client does not reconnect', () => {
    const { join, fail, down, state } = create()
    join()
    fail(0, BUSY)
    down(STOPPED)
    expect(state()).toEqual({ status: 'suspended', wasJoined: false, error: STOPPED })
  })
  test('permanently stays failed where the client does not reconnect', () => {
    const { join, fail, down, state } = create()
    join()
    fail(0, NO)
    down(STOPPED)
    expect(state()).toEqual({ status: 'failed', error: NO })
  })
})

describe('a room that has to be joined again', () => {
  test('because its place is lost is joined once, however often that is noticed', () => {
    const { join, lost, accept, requests, seen } = create()
    join()
    accept(0)
    lost()
    lost()
    accept(1)
    expect([requests(), seen]).toEqual([
      ['join', 'join'],
      ['joining', 'joined', 'joining', 'joined'],
    ])
  })
  describe('C25 because its place is lost again', () => {
    const start = (room: ReturnType<typeof create>, losses: number, afterMs?: number) => {
      room.join()
      for (let nth = 0; nth < losses; nth += 1) {
        room.accept(nth)
        room.lost(afterMs)
        if (room.isRetrying()) room.retryDue()
      }
      return room
    }
    test('within a minute of the loss before is joined later each time, from the fourth time on', () => {
      const { requests, retries } = start(create(), 6, 59_999)
      expect([requests().length, retries.map(({ attempt }) => attempt)]).toEqual([7, [1, 2, 3]])
    })
    test('more than a minute later is joined at once', () => {
      const { requests, retries } = start(create(), 6, 60_000)
      expect([requests().length, retries]).toEqual([7, []])
    })
    test('is joining meanwhile, and is joined once, with what was noticed meanwhile', () => {
      const { requests, status, lost, changeParams, retryDue, accept } = start(create(), 3, 0)
      accept(3)
      lost(0)
      lost(0)
      changeParams()
      expect([status(), requests().length]).toEqual(['joining', 4])
      retryDue()
      expect([status(), requests().length]).toEqual(['joining', 5])
    })
    test('is failed at once if the server puts the client out meanwhile', () => {
      const { status, isRetrying, putOut, accept, lost, refused } = start(create(), 3, 0)
      accept(3)
      lost(0)
      putOut(NO)
      expect([status(), isRetrying(), refused]).toEqual(['failed', false, ['FORBIDDEN']])
    })
    test('is left at once if the app leaves meanwhile', () => {
      const { requests, status, isRetrying, leave, accept, lost } = start(create(), 3, 0)
      accept(3)
      lost(0)
      leave()
      expect([status(), isRetrying(), requests().at(-1)]).toEqual(['leaving', false, 'leave'])
    })
  })
  test('because its params changed is joined with the new ones', () => {
    const { join, accept, changeParams, requests, seen } = create()
    join()
    accept(0)
    changeParams()
    accept(1)
    expect([requests(), seen.slice(2)]).toEqual([
      ['join', 'join'],
      ['joining', 'joined'],
    ])
  })
  test('because its params changed while the join was in flight is not joined before the second answer', () => {
    const { join, accept, changeParams, requests, seen, joined } = create()
    join()
    changeParams()
    changeParams()
    accept(0)
    expect([requests(), seen]).toEqual([['join', 'join'], ['joining']])
    accept(1)
    expect([seen, joined]).toEqual([['joining', 'joined'], ['app']])
  })
  test('because its params changed is not failed by a refusal of the old ones', () => {
    const { join, fail, accept, changeParams, seen } = create()
    join()
    changeParams()
    fail(0, NO)
    accept(1)
    expect(seen).toEqual(['joining', 'joined'])
  })
  test('because its params changed is tried again where the old ones were refused permanently', () => {
    const { join, fail, changeParams, requests } = create()
    join()
    fail(0, NO)
    changeParams()
    expect(requests()).toEqual(['join', 'join'])
  })
  test('because its params changed during an outage is joined again on a recovered connection too', () => {
    const { join, accept, changeParams, down, up, requests, status } = create()
    join()
    accept(0)
    down()
    changeParams()
    up(true)
    expect([requests(), status()]).toEqual([['join', 'join'], 'joining'])
  })
  test('is not joined for changed params once it was left', () => {
    const { join, leave, accept, changeParams, requests } = create()
    join()
    accept(0)
    leave()
    accept(1)
    changeParams()
    expect(requests()).toEqual(['join', 'leave'])
  })
})
