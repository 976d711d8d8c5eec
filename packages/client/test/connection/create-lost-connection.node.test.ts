import {
  type ConnectionState,
  createLostConnection,
  type LostConnection,
  type LostConnectionOptions,
} from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { catchUncaught } from '../support/uncaught.ts'

type Told = Pick<ConnectionState, 'status' | 'reason'>

/** A connection that goes as the test says, on a clock that the test moves. */
function start(status: Told['status'] = 'idle', options?: LostConnectionOptions) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let since = Date.now()
  const connection = createStore<Told & { since: number }>(() => ({ status, since }))
  const subscribe = vi.spyOn(connection, 'subscribe')
  const store = createLostConnection({ connection } as never, options)
  const told: LostConnection[] = []
  const watch = () => store.subscribe((state) => told.push(state))
  const go = (to: Told['status'], reason?: Told['reason']) => {
    const isOutage = connection.getState().status === 'reconnecting' || connection.getState().status === 'connecting'
    if (!isOutage) since = Date.now()
    connection.setState({ status: to, since, ...(reason && { reason }) } as Told & { since: number }, true)
  }
  return { store, told, watch, go, subscribe, pass: (ms: number) => vi.advanceTimersByTime(ms) }
}

test('CN13 lost after 5 s without a connection, restored for 3 s once there is one again, then nothing', () => {
  const { store, told, watch, go, pass } = start('connected')
  watch()
  go('reconnecting', 'transport')
  pass(3_000)
  go('reconnecting', 'offline') // the next attempt does not begin the wait anew
  expect(vi.getTimerCount()).toBe(1)
  pass(1_999)
  expect(told).toEqual([])
  pass(1)
  expect(told).toEqual(['lost'])
  go('reconnecting', 'transport')
  go('connected')
  expect(told).toEqual(['lost', 'restored'])
  go('connected') // what holds has changed
  pass(2_999)
  expect(store.getState()).toBe('restored')
  pass(1)
  expect(told).toEqual(['lost', 'restored', undefined])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 the first connect counts, too; the time runs also while nobody watches', () => {
  const { told, watch, go, pass } = start('connecting')
  pass(3_000)
  watch()
  pass(1_999)
  expect(told).toEqual([])
  pass(1)
  expect(told).toEqual(['lost'])
  go('connected')
  expect(told).toEqual(['lost', 'restored'])
})

test('CN13 a blip says nothing, also where the connection ends again', () => {
  const { told, watch, go, pass } = start('connected')
  watch()
  for (let n = 0; n < 5; n += 1) {
    go('reconnecting', 'transport')
    pass(4_999)
    go('connected')
    pass(1_000)
  }
  expect(told).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 an outage while it is restored ends that, and is one more', () => {
  const { told, watch, go, pass } = start('connected', { lostAfterMs: 100, restoredForMs: 100 })
  watch()
  go('reconnecting', 'transport')
  pass(100)
  go('connected')
  pass(50)
  go('reconnecting', 'transport')
  expect(told).toEqual(['lost', 'restored', undefined])
  pass(100)
  expect(told).toEqual(['lost', 'restored', undefined, 'lost'])
})

test.each(['kicked', 'refused', 'exhausted'] as const)(
  'CN13 where the connection is %s, it is lost at once',
  (reason) => {
    const { told, watch, go, pass } = start('connected')
    watch()
    go('disconnected', reason)
    expect(told).toEqual(['lost'])
    go('connecting') // lost until it is there again
    pass(60_000)
    go('connected')
    expect(told).toEqual(['lost', 'restored'])
  },
)

test('CN13 the app’s own disconnect says nothing, and ends what was said', () => {
  const { told, watch, go, pass } = start('connected')
  watch()
  go('disconnected', 'client')
  pass(60_000)
  expect(told).toEqual([])
  go('connecting')
  pass(5_000)
  go('disconnected', 'client')
  expect(told).toEqual(['lost', undefined])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 who watches late in an outage hears at once', () => {
  const { store, told, watch, pass } = start('reconnecting')
  pass(60_000)
  const unwatch = watch()
  expect(store.getState()).toBe('lost')
  unwatch()
  watch()
  expect(told).toEqual(['lost', 'lost'])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 a clock that is put back does not make the wait longer', () => {
  const { told, watch, pass } = start('reconnecting')
  vi.setSystemTime(Date.now() - 3_600_000)
  watch()
  pass(5_000)
  expect(told).toEqual(['lost'])
})

test('CN13 it watches only while it is watched, once for all', () => {
  const { store, told, watch, go, subscribe, pass } = start('reconnecting')
  expect(subscribe).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  const unwatch = [watch(), watch()]
  expect(subscribe).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(1)
  pass(5_000)
  expect(told).toEqual(['lost', 'lost'])
  unwatch[0]?.()
  unwatch[0]?.()
  expect(store.getState()).toBe('lost')
  unwatch[1]?.()
  expect(store.getState()).toBe(undefined)
  go('connected')
  watch()
  expect(store.getState()).toBe(undefined)
  go('disconnected', 'kicked')
  expect(store.getState()).toBe('lost')
})

test('CN13 a listener that throws harms no other; the page hears of it', async () => {
  const { store, told, watch, go } = start('connected')
  const thrown = catchUncaught()
  store.subscribe(() => {
    throw new Error('mine')
  })
  watch()
  go('disconnected', 'kicked')
  expect(told).toEqual(['lost'])
  await expect.poll(() => thrown).toEqual([new Error('mine')])
})

test('a time that cannot be meant is refused', () => {
  for (const lostAfterMs of [-1, Number.NaN, 2 ** 31, '5' as never])
    expect(() => start('idle', { lostAfterMs })).toThrow(/lostAfterMs: expected milliseconds, less than 2³¹/)
  expect(() => start('idle', { restoredForMs: -1 })).toThrow(/restoredForMs/)
})
