import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createScriptedMembership as create, settled } from './support/scripted-membership.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NO = new RoomfulError('FORBIDDEN', 'you are not allowed')
const REFUSAL = { code: 'FORBIDDEN', message: 'you are not allowed' }
const REFUSED = new RoomfulError('FORBIDDEN', REFUSAL.message, { refusal: REFUSAL })
const CUT = new RoomfulError('DISCONNECTED', 'the connection ended')
const STOPPED = new RoomfulError('DISCONNECTED', 'disconnect() was called')

describe('RM2 requests go one after another', () => {
  test('a leave is asked when the join was answered, and whatever that answer was changes nothing', async () => {
    const { join, leave, answer, asked, seen, entered } = create()
    const joined = join()
    await settled()
    const left = leave()
    await expect(joined).resolves.toBe('LEFT')
    expect(asked()).toEqual(['join'])
    await answer(0)
    expect(asked()).toEqual(['join', 'leave'])
    await answer(1)
    await left
    expect(seen).toEqual(['joining', 'leaving', 'left'])
    expect(entered).toEqual([])
  })
  test('joins and leaves in a row: each is asked in turn, only the newest wish counts', async () => {
    const { join, leave, answer, refuse, asked, seen, status } = create()
    const first = join()
    await settled()
    void leave()
    const second = join()
    await refuse(0, NO)
    await answer(1)
    expect(status()).toBe('joining')
    await answer(2)
    await expect(Promise.all([first, second])).resolves.toEqual(['LEFT', 'joined'])
    expect(asked()).toEqual(['join', 'leave', 'join'])
    expect(seen).toEqual(['joining', 'leaving', 'joining', 'joined'])
  })
  test('a join that nobody wants any more when its turn comes is not asked', async () => {
    const { join, leave, answer, asked } = create()
    void join()
    await settled()
    void leave()
    void join()
    void leave()
    for (const request of [0, 1, 2]) await answer(request)
    expect(asked()).toEqual(['join', 'leave', 'leave'])
  })
  test('what was asked on an old connection counts for nothing on the next', async () => {
    const { join, up, down, answer, refuse, late, seen, status } = create()
    void join()
    await settled()
    down()
    const joinedAgain = up()
    await refuse(0, CUT)
    expect(status()).toBe('joining')
    await answer(1)
    await joinedAgain
    await late(0, NO)
    expect(seen).toEqual(['joining', 'suspended', 'joining', 'joined'])
  })
})

describe('RM5 a server that answers late', () => {
  test('acknowledges', async () => {
    const { join, answer, late, seen, status } = create()
    void join()
    await answer(0, false)
    await late(0)
    expect(seen).toEqual(['joining', 'joined', 'joined'])
    expect(status()).toBe('joined')
  })
  test('refuses', async () => {
    const { join, answer, late, status } = create()
    void join()
    await answer(0, false)
    await late(0, NO)
    expect(status()).toBe('failed')
  })
  test('after the room was left has been overtaken by the leave: it is left once more', async () => {
    const { join, leave, answer, late, asked, seen } = create()
    void join()
    await answer(0, false)
    void leave()
    await answer(1)
    await late(0)
    expect(asked()).toEqual(['join', 'leave', 'leave'])
    await answer(2)
    expect(seen).toEqual(['joining', 'joined', 'leaving', 'left'])
  })
  test('is not heard once the room was joined anew', async () => {
    const { join, leave, answer, late, asked, status } = create()
    void join()
    await answer(0, false)
    void leave()
    await answer(1)
    void join()
    await answer(2)
    await late(0, NO)
    await late(0)
    expect(status()).toBe('joined')
    expect(asked()).toEqual(['join', 'leave', 'join'])
  })
})

describe('RM3 after a connect', () => {
  test('that did not recover, joined, suspended and failed rooms are joined again; left ones are not', async () => {
    const [joined, suspended, failed, left] = [create(), create(), create(), create()] as const
    for (const room of [joined, suspended, failed]) void room.join()
    await joined.answer(0)
    await suspended.answer(0)
    suspended.down()
    await failed.refuse(0, NO)
    const rooms = [joined, suspended, failed, left]
    expect(rooms.map((room) => room.status())).toEqual(['joined', 'suspended', 'failed', 'left'])
    for (const room of rooms) void room.up()
    await settled()
    expect(rooms.map((room) => room.status())).toEqual(['joining', 'joining', 'joining', 'left'])
    expect(rooms.map((room) => room.asked().length)).toEqual([2, 2, 2, 0])
  })
  test('that recovered, the server kept us: nothing is asked', async () => {
    const { join, up, down, answer, asked, status } = create()
    void join()
    await answer(0)
    down()
    await up(true)
    expect(status()).toBe('joined')
    expect(asked()).toEqual(['join'])
  })
  test('that recovered, a join that was never answered is asked again', async () => {
    const { join, up, down, refuse, asked, status } = create()
    void join()
    await settled()
    down()
    void up(true)
    await refuse(0, CUT)
    expect(asked()).toEqual(['join', 'join'])
    expect(status()).toBe('joining')
  })
  test('that recovered, a room that was left meanwhile is left on the server too', async () => {
    const { join, leave, up, down, answer, asked, status } = create()
    void join()
    await answer(0)
    down()
    await leave()
    const done = up(true)
    await answer(1)
    await done
    expect(status()).toBe('left')
    expect(asked()).toEqual(['join', 'leave'])
  })
  test('that recovered, a leave that was cut off is asked again', async () => {
    const { join, leave, up, down, answer, refuse, asked } = create()
    void join()
    await answer(0)
    const left = leave()
    await settled()
    down()
    await refuse(1, CUT)
    await left
    void up(true)
    await settled()
    expect(asked()).toEqual(['join', 'leave', 'leave'])
  })
  test('that did not recover, the server knows of nothing that would have to be left', async () => {
    const { join, leave, up, down, answer, asked } = create()
    void join()
    await answer(0)
    down()
    await leave()
    await up()
    down()
    await up(true)
    expect(asked()).toEqual(['join'])
  })
  test('up() waits for the answer, whichever it is', async () => {
    const { join, up, refuse } = create({ connected: false })
    void join()
    let isUp = false
    const done = up().then(() => (isUp = true))
    await settled()
    expect(isUp).toBe(false)
    await refuse(0, NO)
    await done
    expect(isUp).toBe(true)
  })
})

describe('RM10 join() settles with the wish of now', () => {
  test('refused; and with the new answer when it is called again', async () => {
    const { join, answer, refuse } = create()
    const first = join()
    await refuse(0, NO)
    await expect(first).resolves.toBe('FORBIDDEN')
    const second = join()
    await answer(1)
    await expect(second).resolves.toBe('joined')
    await expect(join()).resolves.toBe('joined')
  })
  test('through an outage', async () => {
    const { join, up, down, answer, refuse } = create()
    const joined = join()
    await settled()
    down()
    void up()
    await refuse(0, CUT)
    await answer(1)
    await expect(joined).resolves.toBe('joined')
  })
  test('stopped: nobody seeks a connection', async () => {
    const { join, down, status } = create({ connected: false })
    const waiting = join()
    down(STOPPED)
    await expect(waiting).resolves.toBe('DISCONNECTED')
    await expect(join()).resolves.toBe('DISCONNECTED')
    expect(status()).toBe('suspended')
  })
  test('RM11 a name that no server would take fails at once, each time, on every connection', async () => {
    const unusable = new RoomfulError('INVALID_ARGUMENT', 'a name')
    const { join, retain, up, down, asked, status } = create({ unusable })
    await expect(join()).resolves.toBe('INVALID_ARGUMENT')
    retain()
    down()
    await up()
    expect(status()).toBe('failed')
    await expect(join()).resolves.toBe('INVALID_ARGUMENT')
    expect(asked()).toEqual([])
  })
})

describe('RM6 leaving a room that failed', () => {
  test('tells a server that refused for now, and has us in from before', async () => {
    const { join, leave, rejoin, refuse, answer, asked } = create()
    void join()
    await answer(0)
    rejoin()
    await refuse(1, new RoomfulError('RATE', 'slow', { refusal: { code: 'RATE', message: 'slow' } }))
    void leave()
    await settled()
    expect(asked()).toEqual(['join', 'join', 'leave'])
  })
  test.each([
    [
      'tells a server that may have let us in all the same',
      new RoomfulError('TIMEOUT', 'no answer'),
      ['join', 'leave'],
    ],
    ['tells nothing to one that refused', REFUSED, ['join']],
  ])('%s', async (_how, error, requests) => {
    const { join, leave, refuse, asked, status } = create()
    void join()
    await refuse(0, error)
    expect(status()).toBe('failed')
    void leave()
    await settled()
    expect([status(), asked()]).toEqual(['left', requests])
  })
})
