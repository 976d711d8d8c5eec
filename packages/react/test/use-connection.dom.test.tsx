import type { EventsMap, SocketIoContract } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createHooks, useLostConnection } from '../src/index.ts'
import { startClient } from '../../client/test/support/test-client.ts'
import { createFakeClient } from './support/fake-client.ts'
import { start } from './support/start.ts'

afterEach(cleanup)

test('useConnection connects, and renders only when the selected part changes', async () => {
  const { server, hooks } = await start()
  const seen: boolean[] = []
  function Status() {
    seen.push(hooks.useConnection(({ status }) => status === 'connected'))
    return <output>{String(seen.at(-1))}</output>
  }
  render(<Status />)
  await screen.findByText('true')
  server.cut()
  await screen.findByText('false')
  await screen.findByText('true')
  expect(seen).toEqual([false, true, false, true])
})

test('a selector that returns a new object needs isEqual to save renders, and never loops', async () => {
  const { client, connection } = createFakeClient('idle')
  const { useConnection } = createHooks(client)
  const seen: unknown[] = []
  function Equal() {
    const isEqual = (a: { here: boolean }, b: { here: boolean }) => a.here === b.here
    seen.push(useConnection(({ status }) => ({ here: status === 'connected' }), { isEqual }))
    return null
  }
  let renders = 0
  function Anew() {
    renders += 1
    useConnection(({ status }) => [status])
    return null
  }
  render([<Equal key="equal" />, <Anew key="anew" />])
  act(() => connection.set({ status: 'connecting', since: 0 }))
  act(() => connection.set({ status: 'idle' }))
  expect(seen).toEqual([{ here: false }])
  expect(renders).toBe(3)
})

test('a selector uses the props of its render', () => {
  const { client } = createFakeClient('connected')
  const { useConnection } = createHooks(client)
  const Is = ({ what }: { what: string }) => <output>{String(useConnection(({ status }) => status === what))}</output>
  const view = render(<Is what="idle" />)
  expect(screen.getByText('false')).toBeTruthy()
  view.rerender(<Is what="connected" />)
  expect(screen.getByText('true')).toBeTruthy()
})

test('every hook of createHooks takes another client, and then needs no provider', async () => {
  const { server } = await start()
  const client = startClient(server.url)
  const { useSocket, useConnection, useRoom, useEvent, useClient } =
    createHooks<SocketIoContract<EventsMap, EventsMap>>()
  const heard: unknown[] = []
  function Page() {
    const { status } = useSocket({ client })
    const same = useConnection(({ status: now }) => now, { client })
    const { room, status: roomStatus } = useRoom('general', { client })
    useEvent(client, 'alert', (text) => heard.push(text))
    useEvent(room, 'news', () => heard.push('news'))
    return <output>{[status, same, roomStatus, useClient({ client }) === client].join(' ')}</output>
  }
  render(<Page />)
  await screen.findByText('connected connected joined true')
  server.server.io.emit('alert', 'hi')
  server.sayIn('general', 'news')
  await expect.poll(() => heard).toEqual(['hi', 'news'])
})

test('useLostConnection shows a long outage and its end, and unsubscribes on unmount', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { client, connection, watching } = createFakeClient()
  const seen: unknown[] = []
  function Banner() {
    seen.push(useLostConnection(client, { lostAfterMs: 1_000 }))
    return null
  }
  const view = render(<Banner />, { wrapper: StrictMode })
  act(() => connection.set({ status: 'reconnecting', since: Date.now() } as never))
  act(() => void vi.advanceTimersByTime(1_000))
  act(() => connection.set({ status: 'connected' } as never))
  act(() => void vi.advanceTimersByTime(3_000))
  act(() => connection.set({ status: 'reconnecting', since: Date.now() } as never))
  expect(seen.filter((_, n) => n % 2 === 0)).toEqual([undefined, 'lost', 'restored', undefined])
  expect([watching(), vi.getTimerCount()]).toEqual([1, 1])
  view.unmount()
  expect([watching(), vi.getTimerCount()]).toEqual([0, 0])
})
