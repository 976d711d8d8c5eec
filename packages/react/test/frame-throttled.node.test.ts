import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLazyStore } from '../src/lazy-store.ts'
import { sharedFrameThrottled } from '../src/frame-throttled.ts'

const frames = () => vi.advanceTimersByTimeAsync(40)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const watched = { now: 0, ever: 0 }
  const store = createLazyStore('a', () => {
    watched.now += 1
    watched.ever += 1
    return () => void (watched.now -= 1)
  })
  return { store, watched, shown: sharedFrameThrottled(store) }
}

test('a thousand listeners share one subscription, from the first subscribe to the last unsubscribe', () => {
  const { store, watched, shown } = start()
  expect(sharedFrameThrottled(store)).toBe(shown)
  const undo = Array.from({ length: 1_000 }, () => shown.subscribe(() => {}))
  expect(watched).toEqual({ now: 1, ever: 1 })
  for (const off of undo.slice(1)) off()
  undo[1]?.()
  expect(watched).toEqual({ now: 1, ever: 1 })
  undo[0]?.()
  expect(watched).toEqual({ now: 0, ever: 1 })
  shown.subscribe(() => {})
  expect(watched).toEqual({ now: 1, ever: 2 })
})

test('all listeners see one state until the next frame, and a change that is undone by then calls none of them', async () => {
  const { store, shown } = start()
  const calls: string[] = []
  const off = shown.subscribe((state, previous) => calls.push(`${previous} ${state}`))
  store.set('b')
  store.set('c')
  expect(shown.getState()).toBe('a')
  await frames()
  expect(shown.getState()).toBe('c')
  expect(calls).toEqual(['a c'])
  store.set('x')
  store.set('c')
  await frames()
  expect(calls).toEqual(['a c'])
  off()
  store.set('d')
  expect(shown.getState()).toBe('d') // as for a first render
  expect(shown.getInitialState()).toBe('a')
})
