import {
  type ConnectionState,
  createLostConnection,
  type LostConnection,
  type LostConnectionOptions,
} from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { catchUncaught } from '../support/uncaught.ts'

type Status = Pick<ConnectionState, 'status' | 'reason'>

/** A connection and a clock that the test moves. */
function start(status: Status['status'] = 'idle', options?: LostConnectionOptions) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let since = Date.now()
  const connection = createStore<Status & { since: number }>(() => ({ status, since }))
  const subscribe = vi.spyOn(connection, 'subscribe')
  const store = createLostConnection({ connection } as never, options)
  const shown: LostConnection[] = []
  const watch = () => store.subscribe((state) => shown.push(state))
  const go = (to: Status['status'], reason?: Status['reason']) => {
    const isOutage = connection.getState().status === 'reconnecting' || connection.getState().status === 'connecting'
    if (!isOutage) since = Date.now()
    connection.setState({ status: to, since, ...(reason && { reason }) } as Status & { since: number }, true)
  }
  return { store, shown, watch, go, subscribe, pass: (ms: number) => vi.advanceTimersByTime(ms) }
}

test('CN13 is lost after 5 s without a connection, restored for 3 s with the next one, then undefined', () => {
  const { store, shown, watch, go, pass } = start('connected')
  watch()
  go('reconnecting', 'transport')
  pass(3_000)
  go('reconnecting', 'offline') // the next attempt does not begin the wait anew
  expect(vi.getTimerCount()).toBe(1)
  pass(1_999)
  expect(shown).toEqual([])
  pass(1)
  expect(shown).toEqual(['lost'])
  go('reconnecting', 'transport')
  go('connected')
  expect(shown).toEqual(['lost', 'restored'])
  go('connected') // what holds has changed
  pass(2_999)
  expect(store.getState()).toBe('restored')
  pass(1)
  expect(shown).toEqual(['lost', 'restored', undefined])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 the first connect counts, too, also while the store has no listener', () => {
  const { shown, watch, go, pass } = start('connecting')
  pass(3_000)
  watch()
  pass(1_999)
  expect(shown).toEqual([])
  pass(1)
  expect(shown).toEqual(['lost'])
  go('connected')
  expect(shown).toEqual(['lost', 'restored'])
})

test('CN13 a short outage shows nothing, nor do several in a row', () => {
  const { shown, watch, go, pass } = start('connected')
  watch()
  for (let n = 0; n < 5; n += 1) {
    go('reconnecting', 'transport')
    pass(4_999)
    go('connected')
    pass(1_000)
  }
  expect(shown).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 an outage while it is restored ends restored and counts anew', () => {
  const { shown, watch, go, pass } = start('connected', { lostAfterMs: 100, restoredForMs: 100 })
  watch()
  go('reconnecting', 'transport')
  pass(100)
  go('connected')
  pass(50)
  go('reconnecting', 'transport')
  expect(shown).toEqual(['lost', 'restored', undefined])
  pass(100)
  expect(shown).toEqual(['lost', 'restored', undefined, 'lost'])
})

test.each(['kicked', 'refused', 'exhausted'] as const)(
  'CN13 where the connection is %s, it is lost at once',
  (reason) => {
    const { shown, watch, go, pass } = start('connected')
    watch()
    go('disconnected', reason)
    expect(shown).toEqual(['lost'])
    go('connecting') // lost until it is there again
    pass(60_000)
    go('connected')
    expect(shown).toEqual(['lost', 'restored'])
  },
)

test("CN13 is undefined after the app's own disconnect()", () => {
  const { shown, watch, go, pass } = start('connected')
  watch()
  go('disconnected', 'client')
  pass(60_000)
  expect(shown).toEqual([])
  go('connecting')
  pass(5_000)
  go('disconnected', 'client')
  expect(shown).toEqual(['lost', undefined])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 is lost at once for a listener that comes late in an outage', () => {
  const { store, shown, watch, pass } = start('reconnecting')
  pass(60_000)
  const unwatch = watch()
  expect(store.getState()).toBe('lost')
  unwatch()
  watch()
  expect(shown).toEqual(['lost', 'lost'])
  expect(vi.getTimerCount()).toBe(0)
})

test('CN13 a clock that is put back does not make the wait longer', () => {
  const { shown, watch, pass } = start('reconnecting')
  vi.setSystemTime(Date.now() - 3_600_000)
  watch()
  pass(5_000)
  expect(shown).toEqual(['lost'])
})

test('CN13 listens to the connection only while it has listeners, and once for all of them', () => {
  const { store, shown, watch, go, subscribe, pass } = start('reconnecting')
  expect(subscribe).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  const unwatch = [watch(), watch()]
  expect(subscribe).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(1)
  pass(5_000)
  expect(shown).toEqual(['lost', 'lost'])
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

test("CN13 a listener that throws disturbs no other, and the page's error handler gets the error", async () => {
  const { store, shown, watch, go } = start('connected')
  const thrown = catchUncaught()
  store.subscribe(() => {
    throw new Error('mine')
  })
  watch()
  go('disconnected', 'kicked')
  expect(shown).toEqual(['lost'])
  await expect.poll(() => thrown).toEqual([new Error('mine')])
})

test('CN13 an invalid time is refused', () => {
  for (const lostAfterMs of [-1, Number.NaN, 2 ** 31, '5' as never])
    expect(() => start('idle', { lostAfterMs })).toThrow(/lostAfterMs: expected milliseconds, less than 2³¹/)
  expect(() => start('idle', { restoredForMs: -1 })).toThrow(/restoredForMs/)
})
