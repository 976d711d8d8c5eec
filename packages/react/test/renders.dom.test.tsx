import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { useEventReducer, useTimeline } from '../src/index.ts'
import { everyHook, startAll } from './support/every-hook.ts'

afterEach(cleanup)

test('a new input renders once, also if it is new on every render', () => {
  const { client } = startAll()
  let renders = 0
  function Mounted({ name }: { readonly name: string }) {
    renders += 1
    useTimeline(client.room(name), 'n')
    useEventReducer({ ...client }, 'n', (n) => n, 0)
    return null
  }
  const { rerender } = render(<Mounted name="one" />)
  rerender(<Mounted name="two" />)
  rerender(<Mounted name="one" />)
  expect(renders).toBe(3)
})

// A mount changes a room's state: it is joined.
test.each(Object.entries(everyHook))(
  '%s: a mount renders once, and twice if it changes the state',
  async (name, use) => {
    const given = startAll()
    let renders = 0
    function Mounted() {
      renders += 1
      use(given)
      return null
    }
    render(<Mounted />)
    await act(async () => void (await vi.advanceTimersByTimeAsync(200)))
    expect(renders).toBe(name === 'useRoom' ? 2 : 1)
  },
)
