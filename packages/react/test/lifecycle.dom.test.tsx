import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { createHooks, useEventReducer } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'
import { createFakeClient } from './support/fake-client.ts'
import { start } from './support/start.ts'

afterEach(cleanup)

test('a page that replaces another with hooks of the same client causes one join, and gets every event once', async () => {
  const { server, client } = await start()
  const heard: unknown[] = []
  const evaluate = () => {
    const { useRoom, useEvent, useSocket } = createHooks(client)
    return function Page() {
      const { status } = useSocket()
      const { room, status: roomStatus } = useRoom('general')
      useEvent(room, 'news', ({ n }) => heard.push(n))
      return <output>{`${status} ${roomStatus}`}</output>
    }
  }
  const First = evaluate()
  const view = render(<First />, { wrapper: StrictMode })
  await screen.findByText('connected joined')
  for (let n = 0; n < 3; n += 1) {
    const Next = evaluate()
    view.rerender(<Next />)
    expect(screen.getByText('connected joined')).toBeTruthy()
  }
  server.sayIn('general', 'news', { n: 1 })
  await expect.poll(() => heard).toEqual([1])
  expect(server.words()).toEqual(['join general'])
  expect(server.server.connections).toBe(1)
})

test('several roots share one membership, and the unmount of the last one leaves', async () => {
  const { server, client, hooks } = await start()
  const Member = () => <output>{hooks.useRoom('general').status}</output>
  const views = Array.from({ length: 3 }, () => render(<Member />))
  await expect.poll(() => screen.getAllByText('joined')).toHaveLength(3)
  views[0]?.unmount()
  views[1]?.unmount()
  expect(client.room('general').status).toBe('joined')
  views[2]?.unmount()
  await expect.poll(() => client.room('general').status).toBe('left')
  expect(server.words()).toEqual(['join general', 'leave general'])
})

test('when the name changes during a join, the last name wins and the other rooms are left', async () => {
  const { server, hooks } = await start()
  const Member = ({ name }: { name: string | null }) => <output>{hooks.useRoom(name).status}</output>
  const view = render(<Member name="a" />, { wrapper: StrictMode })
  await screen.findByText('joining')
  for (const name of ['b', null, 'a', 'c', 'b']) view.rerender(<Member name={name} />)
  await screen.findByText('joined')
  await expect.poll(() => ['a', 'b', 'c'].map(server.membersOf)).toEqual([0, 1, 0])
})

test('a change of the connection renders at once, also under load', async () => {
  const { client, connection } = createFakeClient('connecting')
  const { useSocket } = createHooks(client)
  const bell = createBell()
  function Page() {
    useEventReducer(bell.client, 'n', (n) => n + 1, 0)
    return <output>{useSocket().status}</output>
  }
  render(<Page />)
  for (let n = 0; n < 100; n += 1) bell.ring('n')
  act(() => connection.set({ status: 'idle' }))
  expect(screen.getByText('idle')).toBeTruthy()
  await shown()
})
