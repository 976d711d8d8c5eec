import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { Activity, StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { startChat } from '../../client/test/rooms/support/chat-server.ts'
import { createHooks, useEventBuffer, useEventReducer, useTimeline } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'

// React 18 has no Activity: these tests run on 19 alone. The same in a browser: activity.browser.test.tsx.

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

type Mode = 'visible' | 'hidden'

test('a hidden component leaves its room and keeps its timeline; shown again, it joins', async () => {
  const chat = await startChat()
  const client = chat.connect('Ann')
  const { useRoom } = createHooks(client)
  const bob = await chat.connect('Bob').join('general')
  function Page() {
    const { room, status } = useRoom('general')
    const { entries } = useTimeline(room, 'message')
    const texts = entries.map((entry) => (entry.kind === 'message' ? entry.data?.text : '…'))
    return <output aria-label={status}>{texts.join()}</output>
  }
  const page = (mode: Mode) => (
    <StrictMode>
      <Activity mode={mode}>
        <Page />
      </Activity>
    </StrictMode>
  )
  const view = render(page('visible'))
  await screen.findByLabelText('joined')
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  view.rerender(page('hidden'))
  await expect.poll(() => client.room('general').status).toBe('left')
  view.rerender(page('visible'))
  await screen.findByLabelText('joined')
  await bob.send({ text: 'two' })
  await screen.findByText(/two$/)
  view.unmount()
  await expect.poll(() => client.room('general').status).toBe('left')
})

test('a component that is mounted hidden gets no event until it is shown, then every event', async () => {
  const bell = createBell()
  function Heard({ initial }: { readonly initial: number }) {
    const sum = useEventReducer(bell.client, 'n', (state, n: number) => state + n, initial)
    const { events } = useEventBuffer(bell.client, 'n')
    return <output>{`${sum} ${events.join()}`}</output>
  }
  const page = (mode: Mode, initial: number) => (
    <Activity mode={mode}>
      <Heard initial={initial} />
    </Activity>
  )
  const view = render(page('hidden', 1))
  await act(async () => {})
  view.rerender(page('hidden', 2)) // the first `initial` counts
  await act(async () => {})
  expect(bell.listening()).toBe(0)
  bell.ring('n', 100)
  view.rerender(page('visible', 3))
  await shown(() => bell.ring('n', 10))
  expect(screen.getByText('11 10')).toBeTruthy()
  view.rerender(page('hidden', 3))
  expect(bell.listening()).toBe(0)
  bell.ring('n', 100)
  view.rerender(page('visible', 3))
  await shown(() => bell.ring('n', 20))
  expect(screen.getByText('31 10,20')).toBeTruthy()
  view.unmount()
  expect(bell.listening()).toBe(0)
})
