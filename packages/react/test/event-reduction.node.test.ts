import { expect, test } from 'vitest'
import { createReduction } from '../src/event-reduction.ts'
import type { Heard } from '../src/heard.ts'
import { createBell } from './support/bell.ts'

test('what came just before nobody watched is in the state that is shown next', () => {
  const bell = createBell()
  const reduction = createReduction(bell.client as unknown as Heard, 'n', 0)
  reduction.use((sum, n) => sum + (n as number), Object.is)
  const off = reduction.subscribe(() => {})
  bell.ring('n', 5) // no frame has come
  off()
  bell.ring('n', 7)
  expect(reduction.getState()).toBe(0)
  reduction.subscribe(() => {})
  expect(reduction.getState()).toBe(5)
})
