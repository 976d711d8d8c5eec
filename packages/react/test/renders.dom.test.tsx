import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { everyHook, startAll } from './support/every-hook.ts'

afterEach(cleanup)

// A room's state does change: it is joined.
test.each(Object.entries(everyHook))(
  '%s: mounted, it renders once, and twice where its state changes',
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
