import { cleanup, render } from '@testing-library/react'
import { StrictMode, useLayoutEffect } from 'react'
import { afterEach, expect, test } from 'vitest'
import { useEventOf } from '../src/use-event.ts'

afterEach(cleanup)

/** Something to listen to that the test fires when it likes, as no network can. */
function createBell() {
  const handlers = new Set<() => void>()
  return {
    handlers,
    ring: () => handlers.forEach((handler) => handler()),
    on: (_event: string, handler: () => void) => {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
  }
}

test('an event that comes while React commits finds the handler of that very render', () => {
  const bell = createBell()
  const heard: number[] = []
  function Child() {
    useLayoutEffect(() => bell.ring()) // before any effect of its parent
    return null
  }
  function Page({ turn }: { turn: number }) {
    useEventOf(bell, 'bell', () => heard.push(turn))
    return <Child />
  }
  const view = render(<Page turn={1} />)
  expect(heard).toEqual([]) // nobody listened yet
  view.rerender(<Page turn={2} />)
  view.rerender(<Page turn={3} />)
  expect(heard).toEqual([2, 3])
})

test('StrictMode leaves one listener, and none after the last unmount', () => {
  const bell = createBell()
  function Page() {
    useEventOf(bell, 'bell', () => {})
    return null
  }
  const page = (count: number) => Array.from({ length: count }, (_, key) => <Page key={key} />)
  const view = render(page(3), { wrapper: StrictMode })
  expect(bell.handlers.size).toBe(3)
  view.rerender(page(1))
  expect(bell.handlers.size).toBe(1)
  view.unmount()
  expect(bell.handlers.size).toBe(0)
})
