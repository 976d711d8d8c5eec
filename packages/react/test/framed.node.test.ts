import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createValue } from '../src/value.ts'
import { framed } from '../src/framed.ts'

const frames = () => vi.advanceTimersByTimeAsync(40)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const watched = { now: 0, ever: 0 }
  const store = createValue('a', () => {
    watched.now += 1
    watched.ever += 1
    return () => void (watched.now -= 1)
  })
  return { store, watched, shown: framed(store) }
}

test('a thousand who watch are one subscription, made with the first and ended with the last', () => {
  const { store, watched, shown } = start()
  expect(framed(store)).toBe(shown)
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

test('all see the same until the frame has come; a change that was taken back is not told', async () => {
  const { store, shown } = start()
  const told: string[] = []
  const off = shown.subscribe((state, previous) => told.push(`${previous} ${state}`))
  store.set('b')
  store.set('c')
  expect(shown.getState()).toBe('a')
  await frames()
  expect(shown.getState()).toBe('c')
  expect(told).toEqual(['a c'])
  store.set('x')
  store.set('c')
  await frames()
  expect(told).toEqual(['a c'])
  off()
  store.set('d')
  expect(shown.getState()).toBe('d') // what a first look sees
  expect(shown.getInitialState()).toBe('a')
})
