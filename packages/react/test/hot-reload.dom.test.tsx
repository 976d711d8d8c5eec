import { evaluated, refresh } from './support/refresh.ts' // before React
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { startChat } from '../../client/test/rooms/support/chat-server.ts'
import { createHooks, useEventBuffer, useEventReducer, useTimeline } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

test('an edited component keeps its room, and the state of its timeline, reducer and buffer', async () => {
  const chat = await startChat()
  const { useRoom } = createHooks(chat.connect('Ann'))
  const bob = await chat.connect('Bob').join('general')
  const bell = createBell()
  const seen: { statuses: string[]; send?: unknown } = { statuses: [] }
  const save = (version: number) =>
    evaluated('Page', function Page() {
      const { room, status } = useRoom('general')
      const { entries } = useTimeline(room, 'message')
      const sum = useEventReducer(bell.client, 'n', (state, n: number) => state + n, 0)
      const { events } = useEventBuffer(bell.client, 'n')
      seen.statuses.push(status)
      const texts = entries.map((entry) => entry.kind === 'message' && entry.data?.text)
      return <output aria-label={status}>{`v${version} ${texts.join()} ${sum} ${events.join()}`}</output>
    })
  const Page = save(1)
  render(<Page />)
  await screen.findByLabelText('joined')
  await bob.send({ text: 'hello' })
  await screen.findByText(/hello/)
  await shown(() => bell.ring('n', 1))
  expect(screen.getByText('v1 hello 1 1')).toBeTruthy()

  seen.statuses = []
  save(2)
  await act(async () => refresh())
  expect(screen.getByText('v2 hello 1 1')).toBeTruthy()
  await bob.send({ text: 'again' })
  await shown(() => bell.ring('n', 2))
  await screen.findByText('v2 hello,again 3 1,2')
  expect(new Set(seen.statuses)).toEqual(new Set(['joined']))
  expect(bell.listening()).toBe(2)
})
