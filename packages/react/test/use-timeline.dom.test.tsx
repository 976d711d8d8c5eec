import type { Room } from '@roomful/client'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { StrictMode, Suspense } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { type Chat, startChat } from '../../client/test/rooms/support/chat-server.ts'
import { createHooks, useTimeline, type UseTimeline } from '../src/index.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

type Shown = UseTimeline<Chat, 'message'>

async function start() {
  const chat = await startChat()
  const ann = chat.connect('Ann')
  const bob = await chat.connect('Bob').join('general')
  const { useRoom } = createHooks(ann)
  const seen: Shown[] = []
  function List({ room }: { room: Room<Chat> | undefined }) {
    const timeline = useTimeline(room, 'message')
    seen.push(timeline)
    return (
      <output>{timeline.entries.map((entry) => (entry.kind === 'message' ? entry.data.text : 'gap')).join()}</output>
    )
  }
  function Page({ name = 'general' }: { name?: string | null }) {
    const { room, status } = useRoom(name)
    return (
      <main aria-label={status}>
        <List room={room} />
      </main>
    )
  }
  const joined = () => screen.findByLabelText('joined')
  return { chat, ann, bob, seen, now: () => seen.at(-1) as Shown, List, Page, joined }
}

test('what is said, in order; our own from the moment in which it is sent; what was said before, when asked for', async () => {
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
  expect(now()).toMatchObject({ hasOlder: false, isLoading: false, error: undefined })
  await vi.waitFor(() => expect(now().entries.at(-1)).toMatchObject({ state: 'confirmed' }))
  const functions = seen.flatMap(({ send, retry, discard, loadOlder }) => [send, retry, discard, loadOlder])
  expect(new Set(functions.slice(-8)).size).toBe(4)
})

test('mounted without anything to show, it renders once; without a room it is empty, and sends nothing', async () => {
  const { ann, seen, now, List } = await start()
  const view = render(<List room={ann.room('general')} />)
  await act(async () => {})
  expect(seen).toHaveLength(1)
  view.rerender(<List room={undefined} />)
  void now().send({ text: 'nobody waits for this' })
  await expect(now().send({ text: 'x' })).rejects.toThrow(/no room: useTimeline was given none/)
  expect(now().discard('1')).toBe(false)
  expect(now().entries.length).toBe(0)
  expect(now().entries.toArray()).toBe(now().entries.toArray())
})

test('another room is another list, and the first one is closed; unmounted, nothing listens', async () => {
  const { chat, bob, seen, Page, joined, ann } = await start()
  const hall = await chat.connect('Bob').join('hall')
  const listening = countListeners(ann.room('general'))
  const view = render(<Page />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(<Page name="hall" />)
  await act(async () => {})
  expect(listening.left).toBe(0)
  await joined()
  await hall.send({ text: 'two' })
  await screen.findByText('two')
  view.rerender(<Page name={null} />)
  expect(seen.at(-1)?.entries.length).toBe(0)
  view.unmount()
})

test('removed while it waits for something else, it is closed', async () => {
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
      <List room={room} />
      <Waiting isWaiting={isWaiting} />
    </Suspense>
  )
  const view = render(page(false), { wrapper: StrictMode })
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(page(true))
  expect(screen.getByText('waits')).toBeTruthy()
  expect(listening.left).toBeGreaterThan(0)
  view.unmount()
  await act(async () => {})
  expect(listening.left).toBe(0)
})

test('what failed can be tried again, and discarded', async () => {
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

/** How many subscriptions to a room are left of those made from now on. */
function countListeners(room: Room<Chat>) {
  const counts = { left: 0 }
  const count = (subscribe: (...args: never[]) => () => void) =>
    ((...args: never[]) => {
      counts.left += 1
      const off = subscribe(...args)
      return () => {
        counts.left -= 1
        off()
      }
    }) as never
  room.on = count(room.on)
  ;(room.state as { subscribe: unknown }).subscribe = count(room.state.subscribe)
  return counts
}
