import type { Room } from '@roomful/client'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { StrictMode, Suspense } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { type Chat, startChat } from '../../client/test/rooms/support/chat-server.ts'
import { createHooks, useTimeline, type UseTimeline, type UseTimelineOptions } from '../src/index.ts'
import { countListeners } from './support/count-listeners.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

type Shown = UseTimeline<Chat, 'message'>

async function start() {
  const chat = await startChat()
  const ann = chat.connect('Ann')
  const bob = await chat.connect('Bob').join('general')
  const { useRoom } = createHooks(ann)
  const seen: Shown[] = []
  function List({ room, ...options }: { room: Room<Chat> | null | undefined } & UseTimelineOptions) {
    const timeline = useTimeline(room, 'message', options)
    seen.push(timeline)
    return (
      <output>{timeline.entries.map((entry) => (entry.kind === 'message' ? entry.data?.text : 'gap')).join()}</output>
    )
  }
  function Page({ name = 'general', ...options }: { name?: string | null } & UseTimelineOptions) {
    const { room, status } = useRoom(name)
    return (
      <main aria-label={status}>
        <List room={room} {...options} />
      </main>
    )
  }
  const joined = () => screen.findByLabelText('joined')
  return { chat, ann, bob, seen, now: () => seen.at(-1) as Shown, List, Page, joined }
}

test('lists messages in order, own ones from the moment they are sent, and older ones after loadOlder', async () => {
  const { bob, now, seen, Page, joined } = await start()
  await bob.send({ text: 'before' })
  render(<Page />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'hello' })
  await screen.findByText('hello')
  let sent: Promise<unknown> | undefined
  act(() => void (sent = now().send({ text: 'hi' })))
  await screen.findByText('hello,hi')
  await expect(sent).resolves.toMatchObject({ confirmed: true })
  await act(() => now().loadOlder())
  await screen.findByText('before,hello,hi')
  expect(now()).toMatchObject({ status: 'ready', hasOlder: false, hasNewer: false, isLoading: false, error: undefined })
  await vi.waitFor(() => expect(now().entries.at(-1)).toMatchObject({ state: 'confirmed' }))
  const functions = seen.flatMap(({ send, retry, discard, loadOlder, loadNewer, loadLatest }) => [
    [send, retry, discard],
    [loadOlder, loadNewer, loadLatest],
  ])
  expect(new Set(functions.flat().slice(-12)).size).toBe(6)
})

test('with `initial`, the status is loading until the newest messages are there', async () => {
  const { bob, seen, now, Page } = await start()
  for (const text of ['one', 'two', 'three']) await bob.send({ text })
  render(<Page initial={2} />, { wrapper: StrictMode })
  await screen.findByText('two,three')
  expect(now()).toMatchObject({ status: 'ready', hasOlder: true, hasNewer: false })
  const shown = seen.map(({ status, entries }) => `${status} ${entries.length}`)
  expect(new Set(shown)).toEqual(new Set(['loading 0', 'ready 2']))
})

test('with `initial`, an empty room is ready and empty', async () => {
  const { now, Page } = await start()
  render(<Page initial={50} />)
  await vi.waitFor(() => expect(now()).toMatchObject({ status: 'ready', hasOlder: false, entries: { length: 0 } }))
})

test('the status is failed, with the error, where the server refuses the room', async () => {
  const { chat } = await start()
  const { useRoom } = createHooks(chat.connect('Bob'))
  function Page() {
    const { status, error } = useTimeline(useRoom('staff').room, 'message', { initial: 50 })
    return <output>{`${status} ${error?.code}`}</output>
  }
  render(<Page />)
  expect(await screen.findByText('failed FORBIDDEN')).toBeTruthy()
})

test('a mount without anything to show renders once', async () => {
  const { ann, seen, List } = await start()
  render(<List room={ann.room('general')} />)
  await act(async () => {})
  expect(seen).toHaveLength(1)
})

test.each([null, undefined])(
  'with %s as room it is empty and loading, calls reject, and discard returns false',
  async (room) => {
    const { seen, now, List } = await start()
    render(<List room={room} initial={50} />)
    await act(async () => {})
    expect(seen).toHaveLength(1)
    expect(now()).toMatchObject({ status: 'loading', entries: { length: 0 }, hasOlder: undefined })
    expect(now().entries.toArray()).toBe(now().entries.toArray())
    void now().send({ text: 'this rejection is not unhandled' })
    const { send, retry, loadOlder, loadNewer, loadLatest, discard } = now()
    for (const call of [() => send({ text: 'x' }), () => retry('1'), loadOlder, loadNewer, loadLatest])
      await expect(call()).rejects.toThrow(/no room: useTimeline was given none/)
    expect(discard('1')).toBe(false)
  },
)

test('shown again within `keepMs`, a timeline is there at once, and catches up', async () => {
  const { ann, bob, seen, now, Page, joined } = await start()
  const view = render(<Page initial={50} />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  view.rerender(<Page initial={50} name={null} />)
  await vi.waitFor(() => expect(ann.room('general').status).toBe('left'))
  await bob.send({ text: 'two' })
  seen.length = 0
  view.rerender(<Page initial={50} />)
  expect(seen[0]).toMatchObject({ status: 'ready', entries: { length: 1 } })
  await screen.findByText('one,two')
  await bob.send({ text: 'three' })
  await screen.findByText('one,two,three')
  expect(now()).toMatchObject({ hasNewer: false })
})

test('another room is another list; a list without a component is closed after `keepMs`', async () => {
  const { chat, bob, seen, Page, joined, ann } = await start()
  const hall = await chat.connect('Bob').join('hall')
  const listening = countListeners(ann.room('general'))
  const view = render(<Page keepMs={0} />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(<Page keepMs={0} name="hall" />)
  await vi.waitFor(() => expect(listening.left).toBe(0))
  await joined()
  await hall.send({ text: 'two' })
  await screen.findByText('two')
  view.rerender(<Page keepMs={0} name={null} />)
  expect(seen.at(-1)?.entries.length).toBe(0)
})

test('a list that is removed while its page is suspended is closed after `keepMs`', async () => {
  const { ann, List } = await start()
  const room = ann.room('general')
  const listening = countListeners(room)
  const never = new Promise<void>(() => {})
  function Waiting({ isWaiting }: { isWaiting: boolean }) {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- how a component suspends on React 18 and 19
    if (isWaiting) throw never
    return null
  }
  const page = (isWaiting: boolean) => (
    <Suspense fallback={<output>waits</output>}>
      <List room={room} keepMs={0} />
      <Waiting isWaiting={isWaiting} />
    </Suspense>
  )
  const view = render(page(false), { wrapper: StrictMode })
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(page(true))
  expect(screen.getByText('waits')).toBeTruthy()
  expect(listening.left).toBeGreaterThan(0)
  view.unmount()
  await vi.waitFor(() => expect(listening.left).toBe(0))
})

test('a refused message can be sent again, and discarded', async () => {
  const { now, Page, joined } = await start()
  render(<Page />)
  await joined()
  await act(
    async () =>
      void (await now()
        .send({ text: 'spam' })
        .catch(() => {})),
  )
  await vi.waitFor(() => expect(now().entries.at(0)).toMatchObject({ state: 'rejected', error: { code: 'SPAM' } }))
  const { key } = now().entries.at(0) as { key: string }
  await act(
    async () =>
      void (await now()
        .retry(key)
        .catch(() => {})),
  )
  await vi.waitFor(() => expect(now().entries.at(0)).toMatchObject({ key, state: 'rejected' }))
  let isGone = false
  act(() => void (isGone = now().discard(key)))
  expect(isGone).toBe(true)
  await vi.waitFor(() => expect(now().entries.length).toBe(0))
})
