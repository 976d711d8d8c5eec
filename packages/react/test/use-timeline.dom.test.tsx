import type { Room } from '@roomful/client'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { StrictMode, Suspense } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Chat, startChat } from '../../client/test/rooms/support/chat-server.ts'
import { createHooks, useTimeline, type UseTimeline, type UseTimelineOptions } from '../src/index.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

type Shown = UseTimeline<Chat, 'message'>

async function start() {
  const chat = await startChat()
  const ann = chat.connect('Ann')
  const bob = await chat.connect('Bob').join('general')
  const { useRoom } = createHooks(ann)
  const seen: Shown[] = []
  function List({ room, options }: { room: Room<Chat> | null | undefined; options?: UseTimelineOptions }) {
    const timeline = useTimeline(room, 'message', options)
    seen.push(timeline)
    return (
      <output>{timeline.entries.map((entry) => (entry.kind === 'message' ? entry.data.text : 'gap')).join()}</output>
    )
  }
  function Page({ name = 'general', options = {} }: { name?: string | null; options?: UseTimelineOptions }) {
    const { room, status } = useRoom(name)
    return (
      <main aria-label={status}>
        <List room={room} options={options} />
      </main>
    )
  }
  const joined = () => screen.findByLabelText('joined')
  return { chat, ann, bob, seen, now: () => seen.at(-1) as Shown, List, Page, joined }
}

test('messages in order, own ones from the moment they are sent, earlier ones when they are loaded', async () => {
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

test('mounted without anything to show, it renders once; without a room it is empty, and its send rejects', async () => {
  const { ann, seen, now, List } = await start()
  const view = render(<List room={ann.room('general')} />)
  await act(async () => {})
  expect(seen).toHaveLength(1)
  view.rerender(<List room={null} />)
  void now().send({ text: 'without a handler' })
  await expect(now().send({ text: 'x' })).rejects.toThrow(/no room: useTimeline was given none/)
  expect(now().discard('1')).toBe(false)
  expect(now().entries.length).toBe(0)
  expect(now().entries.toArray()).toBe(now().entries.toArray())
})

test('another room is another list; with keepMs 0 the first one is closed', async () => {
  const { chat, bob, seen, Page, joined, ann } = await start()
  const hall = await chat.connect('Bob').join('hall')
  const listening = countListeners(ann.room('general'))
  const options = { keepMs: 0 }
  const view = render(<Page options={options} />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(<Page name="hall" options={options} />)
  await vi.waitFor(() => expect(listening.left).toBe(0))
  await joined()
  await hall.send({ text: 'two' })
  await screen.findByText('two')
  view.rerender(<Page name={null} options={options} />)
  expect(seen.at(-1)?.entries.length).toBe(0)
  view.unmount()
})

test('removed while suspended, it is closed', async () => {
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
    <Suspense fallback={<output>suspended</output>}>
      <List room={room} options={{ keepMs: 0 }} />
      <Waiting isWaiting={isWaiting} />
    </Suspense>
  )
  const view = render(page(false), { wrapper: StrictMode })
  expect(listening.left).toBeGreaterThan(0)
  view.rerender(page(true))
  expect(screen.getByText('suspended')).toBeTruthy()
  expect(listening.left).toBeGreaterThan(0)
  view.unmount()
  await vi.waitFor(() => expect(listening.left).toBe(0))
})

test('a failed message can be retried and discarded', async () => {
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

test('with `initial` the first page is loaded with the join, and `empty` is not shown before that is known', async () => {
  const { bob, seen, Page, joined } = await start()
  for (const text of ['one', 'two', 'three']) await bob.send({ text })
  render(<Page options={{ initial: 2 }} />, { wrapper: StrictMode })
  await joined()
  await screen.findByText('two,three')
  expect(seen.filter(({ status }) => status === 'loading').every(({ entries }) => entries.length === 0)).toBe(true)
  expect(seen.filter(({ status }) => status === 'ready').every(({ entries }) => entries.length === 2)).toBe(true)
  expect(seen.at(-1)).toMatchObject({ status: 'ready', hasOlder: true })
})

test('shown again within keepMs, it is there at once, and catches up with what was missed', async () => {
  const { ann, bob, seen, Page, joined } = await start()
  const view = render(<Page options={{ initial: 10 }} />, { wrapper: StrictMode })
  await joined()
  await bob.send({ text: 'one' })
  await screen.findByText('one')
  view.unmount()
  await vi.waitFor(() => expect(ann.room('general').status).toBe('left'))
  await bob.send({ text: 'two' })
  seen.length = 0
  render(<Page options={{ initial: 10 }} />, { wrapper: StrictMode })
  expect(seen[0]).toMatchObject({ status: 'ready' })
  expect(seen[0]?.entries.length).toBe(1)
  await screen.findByText('one,two')
  await bob.send({ text: 'three' })
  await screen.findByText('one,two,three')
  expect(seen.at(-1)).toMatchObject({ hasNewer: false })
})

test('components with the same room, event, initial and max share a list', async () => {
  const { ann, List } = await start()
  const room = ann.room('general')
  const listening = countListeners(room)
  render(<List room={room} />)
  const each = listening.left
  render(
    <>
      <List room={room} options={{ keepMs: 1 }} />
      <List room={room} options={{ max: 5 }} />
      <List room={room} options={{ max: 5 }} />
      <List room={room} options={{ max: 5, initial: 5 }} />
    </>,
  )
  expect(listening.left).toBe(3 * each)
})

test('at most twenty unmounted lists are kept, and each only for keepMs', async () => {
  const { ann, List } = await start()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const rooms = Array.from({ length: 22 }, (_, n) => ann.room(`room ${n}`))
  const counts = rooms.map(countListeners)
  const keptNow = () => counts.map(({ left }) => left > 0)
  for (const room of rooms) render(<List room={room} options={{ keepMs: 5_000 }} />).unmount()
  expect(keptNow()).toEqual(rooms.map((_, n) => n >= 2))
  await vi.advanceTimersByTimeAsync(4_900)
  expect(keptNow()).toEqual(rooms.map((_, n) => n >= 2))
  await vi.advanceTimersByTimeAsync(200)
  expect(keptNow()).toEqual(rooms.map(() => false))
})

test('keepMs that is no time is refused', async () => {
  const { ann, List } = await start()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  const bad = () => render(<List room={ann.room('general')} options={{ keepMs: Number.NaN }} />)
  expect(bad).toThrow('keepMs must be 0 or more milliseconds, got NaN')
})

/** Counts the subscriptions to a room that are made from now on and not ended. */
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
