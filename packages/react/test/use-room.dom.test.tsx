import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { countSubscriptions, start } from './support/start.ts'

afterEach(cleanup)

test('under StrictMode: one connection, one join, one listener, and none left after unmount', async () => {
  const { server, client, hooks } = await start()
  const listeners = countSubscriptions(client.room('general'))
  const heard: string[] = []
  function Room() {
    const { room, status } = hooks.useRoom('general')
    hooks.useEvent(room, 'news', ({ text }) => heard.push(text))
    return <output>{status}</output>
  }
  const { unmount } = render(<Room />, { wrapper: StrictMode })
  await screen.findByText('joined')
  server.sayIn('general', 'news', { text: 'hello' })
  await expect.poll(() => heard).toEqual(['hello'])
  expect(server.server.connections).toBe(1)
  expect(server.words()).toEqual(['join general'])
  expect(listeners.left).toBe(1)

  unmount()
  await expect.poll(() => server.words()).toEqual(['join general', 'leave general'])
  expect(listeners.left).toBe(0)
  await expect.poll(() => client.room('general').status).toBe('left')
  expect(server.server.connections).toBe(1)
})

test('two components in a room are one membership, and the last to go leaves', async () => {
  const { server, hooks } = await start()
  const Member = ({ name }: { name: string }) => <output aria-label={name}>{hooks.useRoom('general').status}</output>
  const view = render([<Member key="a" name="a" />, <Member key="b" name="b" />])
  await expect.poll(() => screen.getByLabelText('a').textContent).toBe('joined')
  expect(screen.getByLabelText('b').textContent).toBe('joined')

  view.rerender([<Member key="b" name="b" />])
  await expect.poll(() => server.membersOf('general')).toBe(1)
  view.rerender([])
  await expect.poll(() => server.words()).toEqual(['join general', 'leave general'])
})

test('another name leaves the one room and joins the other; no name leaves', async () => {
  const { server, hooks } = await start()
  const Member = ({ name }: { name: string | null }) => <output>{hooks.useRoom(name).status}</output>
  const view = render(<Member name="a" />)
  await screen.findByText('joined')
  view.rerender(<Member name="b" />)
  await expect.poll(() => [server.membersOf('a'), server.membersOf('b')]).toEqual([0, 1])
  view.rerender(<Member name={null} />)
  expect(screen.getByText('left')).toBeTruthy()
  await expect.poll(() => server.membersOf('b')).toBe(0)
})

test('A, B and A again in one go end in A, once', async () => {
  const { server, hooks } = await start()
  const Member = ({ name }: { name: string }) => <output>{hooks.useRoom(name).status}</output>
  const view = render(<Member name="a" />)
  view.rerender(<Member name="b" />)
  view.rerender(<Member name="a" />)
  await screen.findByText('joined')
  await expect.poll(() => [server.membersOf('a'), server.membersOf('b')]).toEqual([1, 0])
})

test('unmounted while it is joining, a room is left', async () => {
  const { server, client, hooks } = await start()
  const Member = () => <output>{hooks.useRoom('general').status}</output>
  const { unmount } = render(<Member />)
  await screen.findByText('joining')
  unmount()
  await expect.poll(() => client.room('general').status).toBe('left')
  await expect.poll(() => server.membersOf('general')).toBe(0)
})

test('leave() is an order: a component that holds the room shows it', async () => {
  const { client, hooks } = await start()
  const Member = () => <output>{hooks.useRoom('general').status}</output>
  render(<Member />)
  await screen.findByText('joined')
  await act(() => client.leave('general'))
  expect(screen.getByText('left')).toBeTruthy()
})

test('a name that no server would take shows why, and takes nothing down', async () => {
  const { hooks } = await start()
  const Member = () => <output>{hooks.useRoom('').error?.message}</output>
  render(<Member />)
  expect(await screen.findByText(/a room's name must be a string of 1 to 128 characters/)).toBeTruthy()
})

test('renders once for each change of state, and not for messages', async () => {
  const { server, client, hooks } = await start()
  const statuses: string[] = []
  function Member() {
    const { status } = hooks.useRoom('general')
    statuses.push(status)
    return <output>{status}</output>
  }
  render(<Member />)
  await screen.findByText('joined')
  const heard: unknown[] = []
  client.room('general').on('news', (data) => heard.push(data))
  server.sayIn('general', 'news')
  await expect.poll(() => heard).toHaveLength(1)
  expect(statuses).toEqual(['left', 'joining', 'joined'])
})
