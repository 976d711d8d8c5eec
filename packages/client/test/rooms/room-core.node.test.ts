import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { createFakeRoom } from './support/fake-room.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('RM3 members are shown before the room is joined, and its messages follow', async () => {
  const { room, calls } = createFakeRoom()
  await room.join(undefined, {})
  expect(calls).toEqual(['joining', 'members', 'joined', 'messages'])
})

describe('RM7 the delay after the last release', () => {
  test('is 100 ms', async () => {
    const { room, requests } = createFakeRoom()
    const release = room.retain(undefined)
    await later(0)
    release()
    await later(99)
    expect(requests).toEqual(['join'])
    await later(1)
    expect(requests).toEqual(['join', 'leave'])
  })
  test('begins anew with the next release, and a second call of a release counts once', async () => {
    const { room, requests } = createFakeRoom()
    const first = room.retain(undefined)
    first()
    await later(50)
    const second = room.retain(undefined)
    first()
    await later(10_000)
    second()
    await later(99)
    expect(requests).toEqual(['join'])
    await later(1)
    expect(requests).toEqual(['join', 'leave'])
  })
})

describe('RM3 the delay before a join is sent again', () => {
  test('is 1 s, 2 s, … 30 s', async () => {
    const { room, requests } = createFakeRoom({ join: () => Promise.reject(refusal('RATE')) })
    room.join(undefined, {}).catch(() => {})
    let count = 1
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await later(waitMs - 1)
      expect(requests).toHaveLength(count)
      await later(1)
      count += 1
      expect(requests).toHaveLength(count)
    }
  })
  test('begins with 1 s again after a join that was accepted', async () => {
    let isRefused = true
    const { room, requests } = createFakeRoom({
      join: async () => {
        if (isRefused) throw refusal('RATE')
        return { acknowledged: true }
      },
    })
    room.join(undefined, {}).catch(() => {})
    await later(3_000)
    isRefused = false
    await later(4_000)
    expect(room.state.status).toBe('joined')
    isRefused = true
    room.lost()
    await later(0)
    const count = requests.length
    await later(1_000)
    expect(requests).toHaveLength(count + 1)
  })
  test('is at least what the server asked for, and up to half as much more', async () => {
    const { room, requests } = createFakeRoom({ join: () => Promise.reject(refusal('RATE', { after: 5_000 })) })
    vi.spyOn(Math, 'random').mockReturnValue(1)
    room.join(undefined, {}).catch(() => {})
    await later(7_499)
    expect(requests).toHaveLength(1)
    await later(1)
    expect(requests).toHaveLength(2)
  })
  test('ends with the next connection, and the next one is longer', async () => {
    const { room, requests } = createFakeRoom({ join: () => Promise.reject(refusal('RATE')) })
    room.join(undefined, {}).catch(() => {})
    await later(0)
    room.onDisconnected()
    void room.onConnected(false)
    await later(1_999)
    expect(requests).toEqual(['join', 'join'])
    await later(1)
    expect(requests).toEqual(['join', 'join', 'join'])
  })
})

describe('the promise of', () => {
  test('join() resolves when the room is joined', async () => {
    const { room } = createFakeRoom()
    await room.join(undefined, {})
    expect(room.state.status).toBe('joined')
  })
  test('RM10 join() rejects when the room is left before', async () => {
    const { room } = createFakeRoom()
    const joining = room.join(undefined, {})
    void room.leave()
    await expect(joining).rejects.toMatchObject({ code: 'LEFT' })
  })
  test('RM10 join() in a listener that leaves and joins waits for the second join', async () => {
    const { room, requests } = createFakeRoom()
    let again: Promise<void> | undefined
    const unsubscribe = room.store.subscribe(({ status }) => {
      if (status !== 'joined') return
      unsubscribe()
      void room.leave()
      again = room.join(undefined, {})
    })
    room.join(undefined, {}).catch(() => {})
    await later(0)
    await expect(again).resolves.toBeUndefined()
    expect([room.state.status, requests.at(-1)]).toEqual(['joined', 'join'])
  })
  test('leave() resolves when the server has answered', async () => {
    const { room, requests } = createFakeRoom()
    await room.join(undefined, {})
    await room.leave()
    expect([requests, room.state.status]).toEqual([['join', 'leave'], 'left'])
  })
  test.each([
    ['accepted', async () => ({ acknowledged: true })],
    ['refused', () => Promise.reject(refusal('FORBIDDEN'))],
    ['not answered', () => Promise.reject(new RoomfulError('TIMEOUT', 'no answer'))],
  ])('EM2 onConnected() resolves when the join was %s', async (_how, join) => {
    const { room, requests } = createFakeRoom({ join })
    room.onDisconnected()
    room.join(undefined, {}).catch(() => {})
    await room.onConnected(false)
    expect([requests, room.isBusy()]).toEqual([['join'], false])
  })
})

describe('close()', () => {
  test.each(['release', 'retry'] as const)('leaves no timer of a %s', async (what) => {
    const { room } = createFakeRoom(what === 'retry' ? { join: () => Promise.reject(refusal('RATE')) } : {})
    const release = room.retain(undefined)
    await later(0)
    if (what === 'release') release()
    expect(vi.getTimerCount()).toBe(1)
    room.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
