import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { everyHook, startAll } from './support/every-hook.ts'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** Globals of browsers that React Native does not have. The hooks must not need them. */
const MISSING = ['DOMException', 'addEventListener', 'removeEventListener', 'requestAnimationFrame', 'structuredClone']

test.each(Object.entries(everyHook))('%s mounts and unmounts without the globals of a browser', async (_, use) => {
  const given = startAll()
  function Mounted() {
    use(given)
    return null
  }
  for (const name of MISSING) vi.stubGlobal(name, undefined)
  const view = render(<Mounted />)
  await act(async () => void (await vi.advanceTimersByTimeAsync(200)))
  expect(() => view.unmount()).not.toThrow()
})
