import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MembershipRunner } from '../../src/rooms/membership-runner.ts'
import { refusal } from '../support/refusal.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const yes = async () => ({ acknowledged: true })

function create(join: () => Promise<{ acknowledged: boolean }> = yes) {
  const requests: string[] = []
  const ignore = () => {}
  const runner = new MembershipRunner(
    {
      nameError: undefined,
      isNeeded: () => false,
      join: () => {
        requests.push('join')
        return join()
      },
      leave: async () => void requests.push('leave'),
      onMembers: ignore,
      onJoined: ignore,
      onRefused: ignore,
      changed: ignore,
    },
    (error) => {
      throw error
    },
  )
  void runner.connected(false)
  return { runner, requests, status: () => runner.store.getState().status }
}

describe('RM7 the delay after the last release', () => {
  test('is 100 ms', async () => {
    const { runner, requests } = create()
    const release = runner.retain()
    await later(0)
    release()
    release()
    await later(99)
    expect(requests).toEqual(['join'])
    await later(1)
    expect(requests).toEqual(['join', 'leave'])
  })
  test('begins anew with the next holder, and to let go twice is to let go once', async () => {
    const { runner, requests } = create()
    const first = runner.retain()
    first()
    await later(50)
    const second = runner.retain()
    first()
    await later(10_000)
    second()
    await later(99)
    expect(requests).toEqual(['join'])
  })
})

describe('RM3 the delay before a join is tried again', () => {
  test('is 1 s, 2 s, … 30 s', async () => {
    const { runner, requests } = create(() => Promise.reject(refusal('RATE')))
    runner.join().catch(() => {})
    let count = 1
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await later(waitMs - 1)
      expect(requests).toHaveLength(count)
      await later(1)
      count += 1
      expect(requests).toHaveLength(count)
    }
  })
  test('is at least what the server asked for, and up to half as much more', async () => {
    const { runner, requests } = create(() => Promise.reject(refusal('RATE', { after: 5_000 })))
    vi.spyOn(Math, 'random').mockReturnValue(1)
    runner.join().catch(() => {})
    await later(7_499)
    expect(requests).toHaveLength(1)
    await later(1)
    expect(requests).toHaveLength(2)
  })
})

describe('the promise of', () => {
  test('join() resolves when the room is joined', async () => {
    const { runner, status } = create()
    await runner.join()
    expect(status()).toBe('joined')
  })
  test('RM10 join() rejects when the room is left before', async () => {
    const { runner } = create()
    const joining = runner.join()
    void runner.leave()
    await expect(joining).rejects.toMatchObject({ code: 'LEFT' })
  })
  test('leave() resolves when the server has answered', async () => {
    const { runner, requests, status } = create()
    await runner.join()
    await runner.leave()
    expect([requests, status()]).toEqual([['join', 'leave'], 'left'])
  })
  test.each([
    ['accepted', yes],
    ['refused', () => Promise.reject(refusal('FORBIDDEN'))],
    ['not answered', () => Promise.reject(new RoomfulError('TIMEOUT', 'no answer'))],
  ])('connected() resolves when the join was %s', async (_how, join) => {
    const { runner, requests } = create(join)
    runner.step({ type: 'disconnected' })
    runner.join().catch(() => {})
    await runner.connected(false)
    expect([requests, runner.isBusy]).toEqual([['join'], false])
  })
})
