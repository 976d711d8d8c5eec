import { expect, test } from 'vitest'
import { createEventReducer } from '../src/event-reducer.ts'
import type { EventSource } from '../src/event-source.ts'
import { createBell } from './support/bell.ts'

test('events just before the last unsubscribe are in the state of the next subscription', () => {
  const bell = createBell()
  const store = createEventReducer(bell.client as unknown as EventSource, 'n', 0)
  store.setReducer((sum, n) => sum + (n as number), Object.is)
  const off = store.subscribe(() => {})
  bell.ring('n', 5) // no frame has come
  off()
  bell.ring('n', 7)
  expect(store.getState()).toBe(0)
  store.subscribe(() => {})
  expect(store.getState()).toBe(5)
})
