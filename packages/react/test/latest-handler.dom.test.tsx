import type { Client } from '@roomful/client'
import { cleanup, render } from '@testing-library/react'
import { StrictMode, useLayoutEffect } from 'react'
import { afterEach, expect, test } from 'vitest'
import { useEvent } from '../src/index.ts'

afterEach(cleanup)

/** An event source that the test fires. */
function createBell() {
  const handlers = new Set<() => void>()
  const on = (_event: string, handler: () => void) => {
    handlers.add(handler)
    return () => handlers.delete(handler)
  }
  return { client: { on } as unknown as Client, handlers, ring: () => handlers.forEach((handler) => handler()) }
}

test('an event during a commit calls the handler of that render', () => {
  const bell = createBell()
  const heard: number[] = []
  function Child() {
    useLayoutEffect(() => bell.ring()) // before any effect of its parent
    return null
  }
  function Page({ turn }: { turn: number }) {
    useEvent(bell.client, 'bell', () => heard.push(turn))
    return <Child />
  }
  const view = render(<Page turn={1} />)
  expect(heard).toEqual([]) // no listener yet
  view.rerender(<Page turn={2} />)
  view.rerender(<Page turn={3} />)
  expect(heard).toEqual([2, 3])
})

test('under StrictMode there is one listener for each component, and none after the last unmount', () => {
  const bell = createBell()
  function Page() {
    useEvent(bell.client, 'bell', () => {})
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
