import { act } from '@testing-library/react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import * as roomful from '../src/index.ts'
import { start } from './support/start.ts'

test('every hook renders on a server without a connection, a listener or a timer, and hydrates without a mismatch', async () => {
  const { server, client, hooks } = await start()
  function Page() {
    const { status } = hooks.useSocket()
    const { room, status: roomStatus } = hooks.useRoom('general')
    const isHere = hooks.useConnection((state) => state.status === 'connected')
    hooks.useEvent('alert', () => {})
    const count = roomful.useEventReducer(hooks.useClient(), 'alert', (n) => n + 1, 0)
    const { events } = roomful.useEventBuffer(room, 'news', { flush: 10 })
    const { typing } = roomful.useTyping(room)
    const { entries, isLoading } = roomful.useTimeline(room, 'news')
    const { queued } = roomful.useOutbox(client)
    roomful.useUnsentGuard(client)
    const { isPending } = roomful.useEmitWithAck(client, 'whoami')
    const shown = {
      status,
      roomStatus,
      isHere,
      count,
      events,
      typing,
      entries: entries.length,
      isLoading,
      queued,
      isPending,
      lost: roomful.useLostConnection(client, { lostAfterMs: 60_000 }),
      members: roomful.useMembers(room).size,
      others: roomful.useOthers(room).size,
      self: roomful.useSelf(room),
      presence: roomful.usePresence(room).presence,
    }
    return <output>{JSON.stringify(shown)}</output>
  }

  const timeouts = vi.spyOn(globalThis, 'setTimeout')
  const listened = vi.spyOn(client, 'on')
  const watched = vi.spyOn(client.connection, 'subscribe')
  const html = renderToString(<Page />)
  expect(timeouts).not.toHaveBeenCalled()
  expect(listened).not.toHaveBeenCalled()
  expect(watched).not.toHaveBeenCalled()
  expect(client.status).toBe('idle')
  expect(server.server.connections).toBe(0)
  timeouts.mockRestore()

  // The client is connected and in the room before the page hydrates.
  await client.join('general')
  const container = document.createElement('div')
  container.innerHTML = html
  document.body.append(container)
  const errors: unknown[] = []
  const noise = vi.spyOn(console, 'error').mockImplementation((...args) => void errors.push(args))
  onTestFinished(() => noise.mockRestore())
  // An async callback: with a sync one, Testing Library ends its act environment before React's queue is empty.
  const root = await act(async () =>
    hydrateRoot(container, <Page />, { onRecoverableError: (error) => void errors.push(error) }),
  )
  await expect.poll(() => container.textContent).toMatch(/"status":"connected","roomStatus":"joined","isHere":true/)
  expect(errors).toEqual([])
  act(() => root.unmount())
  container.remove()
})
