import { act, cleanup, render } from '@testing-library/react'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { member } from '../../client/test/roomful/presence/support/fake-room.ts'
import { ENGINES, removeMissing } from '../../client/test/support/baseline.ts'
import { everyHook, startAll } from './support/every-hook.ts'

afterEach(cleanup)

/** react-dom needs it; React Native has a renderer of its own. */
const kept = ['document']

describe.each(ENGINES)('in %s', (engine) => {
  test.each(Object.entries(everyHook))('%s mounts, updates and unmounts', async (_, use) => {
    const given = startAll()
    let renders = 0
    function Mounted(_props: { readonly version: number }) {
      renders += 1
      use(given)
      return null
    }
    const restore = removeMissing(engine, { kept })
    onTestFinished(restore)
    // Browsers have frames; React Native's are not on the global object of every version.
    if (engine === 'Hermes') vi.stubGlobal('requestAnimationFrame', undefined)
    onTestFinished(() => void vi.unstubAllGlobals())
    const view = render(<Mounted version={1} />)
    await act(async () => void (await vi.advanceTimersByTimeAsync(200)))
    await act(async () => {
      given.fake.setMembers(member('ann'), member('bob'))
      given.client.emit('n', 1)
      await vi.advanceTimersByTimeAsync(200)
    })
    view.rerender(<Mounted version={2} />)
    await act(async () => void (await vi.advanceTimersByTimeAsync(200)))
    expect(renders).toBeGreaterThan(1)
    expect(() => view.unmount()).not.toThrow()
    await act(async () => void (await vi.advanceTimersByTimeAsync(200)))
  })
})
