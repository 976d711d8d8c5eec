import { act, cleanup, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useOutbox, useUnsentGuard } from '../src/index.ts'
import { shown } from './support/shown.ts'
import { createFakeClient } from './support/fake-client.ts'

afterEach(cleanup)

const leave = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))

test('useOutbox renders at most once a frame', async () => {
  const { client, setOutbox, watching } = createFakeClient()
  const seen: unknown[] = []
  function Counts({ more }: { more: boolean }) {
    const { queued, sending } = useOutbox(client)
    if (!more) seen.push(queued + sending)
    return null
  }
  const view = render([<Counts key="a" more={false} />, <Counts key="b" more />])
  expect(watching()).toBe(1)
  await shown(() => {
    for (let queued = 1; queued <= 500; queued += 1) setOutbox({ queued, sending: 1 })
  })
  expect(seen).toEqual([0, 501])
  view.unmount()
  expect(watching()).toBe(0)
})

test('useOutbox renders only when the selected part changes, by isEqual', async () => {
  const { client, setOutbox } = createFakeClient()
  const seen: unknown[] = []
  function Total() {
    const isEqual = (a: number[], b: number[]) => a[0] === b[0]
    seen.push(...useOutbox(client, ({ queued, sending }) => [queued + sending], { isEqual }))
    return null
  }
  render(<Total />)
  await shown(() => setOutbox({ queued: 2 }))
  await shown(() => setOutbox({ queued: 1, sending: 1 }))
  expect(seen).toEqual([0, 2])
})

test('useUnsentGuard listens and asks only while messages would be lost with the page, and never renders', () => {
  const { client, setOutbox, watching } = createFakeClient()
  const add = vi.spyOn(window, 'addEventListener')
  let renders = 0
  function Guard() {
    renders += 1
    useUnsentGuard(client)
    return null
  }
  const view = render(<Guard />, { wrapper: StrictMode })
  expect(add.mock.calls.filter(([type]) => type === 'beforeunload')).toEqual([])
  expect(leave()).toBe(false)
  act(() => setOutbox({ queued: 1 }))
  expect(leave()).toBe(true)
  act(() => setOutbox({ sending: 1 }))
  expect(leave()).toBe(true)
  act(() => setOutbox({ sending: 1, storage: 'indexedDB' }))
  expect(leave()).toBe(false)
  act(() => setOutbox({ queued: 3, sending: 1 })) // as after a failure of the storage
  expect(leave()).toBe(true)
  act(() => setOutbox({ queued: 1, storage: 'none' })) // plainRooms() has queued it
  expect(leave()).toBe(true)
  act(() => setOutbox({ queued: 0 }))
  expect(leave()).toBe(false)
  expect(renders).toBe(2)
  act(() => setOutbox({ queued: 3, sending: 1 }))
  view.unmount()
  expect(leave()).toBe(false)
  expect(watching()).toBe(0)
  add.mockRestore()
})
