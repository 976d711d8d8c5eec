import { type Client, defineContract, type Json, roomful, type RoomState } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { useRoom } from '../src/index.ts'
import { createLazyStore } from '../src/lazy-store.ts'
import { countSubscriptions, start } from './support/start.ts'

afterEach(cleanup)

test('under StrictMode there is one connection, one join and one listener, and no listener after the unmount', async () => {
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

test('two components in a room share one membership, and the unmount of the last one leaves', async () => {
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

test('another name leaves the old room and joins the new one, and null leaves', async () => {
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

test('a change of the name from A to B and back joins A once', async () => {
  const { server, hooks } = await start()
  const Member = ({ name }: { name: string }) => <output>{hooks.useRoom(name).status}</output>
  const view = render(<Member name="a" />)
  view.rerender(<Member name="b" />)
  view.rerender(<Member name="a" />)
  await screen.findByText('joined')
  await expect.poll(() => [server.membersOf('a'), server.membersOf('b')]).toEqual([1, 0])
})

test('an unmount during a join leaves the room', async () => {
  const { server, client, hooks } = await start()
  const Member = () => <output>{hooks.useRoom('general').status}</output>
  const { unmount } = render(<Member />)
  await screen.findByText('joining')
  unmount()
  await expect.poll(() => client.room('general').status).toBe('left')
  await expect.poll(() => server.membersOf('general')).toBe(0)
})

test('a component shows that leave() has left its room', async () => {
  const { client, hooks } = await start()
  const Member = () => <output>{hooks.useRoom('general').status}</output>
  render(<Member />)
  await screen.findByText('joined')
  await act(() => client.leave('general'))
  expect(screen.getByText('left')).toBeTruthy()
})

test('a name that roomful() does not allow is shown as an error, and does not throw', async () => {
  const { hooks } = await start({ rooms: roomful() })
  const Member = () => <output>{hooks.useRoom('').error?.message}</output>
  render(<Member />)
  expect(await screen.findByText(/a room's name must be a string of 1 to 128 characters/)).toBeTruthy()
})

test('params that the contract refuses are shown as an error, and do not throw', async () => {
  const contract = defineContract({ join: z.object({ as: z.string() }) })
  const { server, hooks } = await start({ contract, rooms: roomful() } as object)
  const Member = ({ as }: { as: unknown }) => {
    const { status, error, retry } = hooks.useRoom('general', { params: { as } as never })
    return (
      <button type="button" onClick={retry}>
        {`${status} ${error?.code}`}
      </button>
    )
  }
  const { rerender } = render(<Member as={1} />)
  const button = await screen.findByText('failed INVALID')
  act(() => button.click())
  expect(screen.getByText('failed INVALID')).toBeTruthy()
  expect(server.words()).toEqual([])
  rerender(<Member as="ann" />)
  expect(screen.queryByText('failed INVALID')).toBeNull()
})

test('renders once for each change of the state, and not for messages', async () => {
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

/** A client whose room records the params of its holders, now and at each `retain`. */
function createHeldRoom() {
  const held: unknown[] = []
  const history: unknown[][] = []
  const state = createLazyStore<RoomState>({ status: 'left' }, () => () => {})
  const room = {
    state,
    retain({ params }: { params?: unknown }) {
      held.push(params)
      history.push([...held])
      return () => void held.splice(held.indexOf(params), 1)
    },
  }
  return { client: { room: () => room } as unknown as Client, held, history, state }
}

test('the room is held with the params, and held again only when they differ as JSON', () => {
  const { client, held } = createHeldRoom()
  function Member({ params }: { params?: Json }) {
    useRoom(client, 'general', { params })
    return null
  }
  const view = render(<Member params={{ key: 'a' }} />, { wrapper: StrictMode })
  expect(held).toEqual([{ key: 'a' }])
  const [first] = held
  view.rerender(<Member params={{ key: 'a' }} />)
  expect(held[0]).toBe(first)
  view.rerender(<Member params={{ key: 'b' }} />)
  expect(held).toEqual([{ key: 'b' }])
  view.rerender(<Member />)
  expect(held).toEqual([undefined])
  view.unmount()
  expect(held).toEqual([])
})

test('retry retains the room again with its params for a moment, and stays the same function', () => {
  const { client, held, history, state } = createHeldRoom()
  const retries = new Set<() => void>()
  function Member() {
    retries.add(useRoom(client, 'general', { params: ['p'] }).retry)
    return null
  }
  render(<Member />)
  act(() => state.set({ status: 'joining' }))
  const [retry] = retries
  retry?.()
  expect(history).toEqual([[['p']], [['p'], ['p']]])
  expect(held).toEqual([['p']])
  expect(retries.size).toBe(1)
})

test('retry joins a room that has refused the user; the unmount still leaves it', async () => {
  let isOpen = false
  const { server, client, hooks } = await start(
    {},
    {
      onJoin: (_room, acknowledge) =>
        acknowledge(...(isOpen ? [] : [{ $error: { code: 'CLOSED', message: 'come back at nine' } }])),
    },
  )
  function Room() {
    const { status, error, retry } = hooks.useRoom('general')
    return <button onClick={retry}>{error?.message ?? status}</button>
  }
  const { unmount } = render(<Room />)
  const button = await screen.findByText('come back at nine')
  isOpen = true
  button.click()
  await screen.findByText('joined')
  button.click() // joined: nothing to do
  expect(server.words()).toEqual(['join general', 'join general'])
  unmount()
  await expect.poll(() => client.room('general').status).toBe('left')
})

test.each([null, undefined])(
  'with %s as name nothing is joined, emit and send reject, and retry does nothing',
  async (name) => {
    const { server, hooks } = await start()
    const seen: ReturnType<typeof hooks.useRoom>[] = []
    function Nowhere() {
      seen.push(hooks.useRoom(name, { params: { key: 'k' } }))
      return null
    }
    const view = render(<Nowhere />)
    view.rerender(<Nowhere />)
    const [first, second] = seen
    expect(first).toMatchObject({ status: 'left', room: undefined })
    expect([second?.emit, second?.send, second?.retry]).toEqual([first?.emit, first?.send, first?.retry])
    first?.retry()
    await expect(first?.send({ text: 'hi' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(first?.emit('news', {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    view.unmount()
    expect(server.words()).toEqual([])
    expect(server.server.connections).toBe(0)
  },
)

test('a promise of a missing room is not an unhandled rejection', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))
  const { hooks } = await start()
  function Nowhere() {
    const { send } = hooks.useRoom(null)
    return <button onClick={() => void send({ text: 'hi' })}>send</button>
  }
  render(<Nowhere />)
  screen.getByText('send').click()
  await new Promise((resolve) => setTimeout(resolve))
  expect(unhandled).not.toHaveBeenCalled()
})
