import { type Client, createClient, type Room } from '@roomful/client'
import { Activity, StrictMode } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { createHooks, useEmitWithAck, useEventBuffer, useEventReducer, useTimeline } from '../src/index.ts'
import { createBell } from './support/bell.ts'

// `Activity` hides a component and shows it again. React 18 does not have it.

type Mode = 'visible' | 'hidden'

async function start() {
  const url = await commands.startServer()
  const client = createClient({ url })
  onTestFinished(async () => {
    client.disconnect()
    await commands.stopServer(url)
  })
  const words = async () => (await commands.serverSays(url)).words
  return { client, words, say: () => commands.sayIn(url, 'general', 'news'), ...createHooks(client) }
}

test('a hidden component leaves its room; shown again, it joins and gets each event once', async () => {
  const { client, words, say, useRoom, useEvent } = await start()
  let heard = 0
  function Member() {
    const { room, status } = useRoom('general')
    useEvent(room, 'news', () => (heard += 1))
    return <output>{status}</output>
  }
  const page = (mode: Mode) => (
    <StrictMode>
      <Activity mode={mode}>
        <Member />
      </Activity>
    </StrictMode>
  )
  const screen = await render(page('visible'))
  await expect.element(screen.getByText('joined')).toBeVisible()
  await screen.rerender(page('hidden'))
  await screen.rerender(page('visible')) // within 100 ms: the room is not left
  await say()
  await expect.poll(() => heard).toBe(1)
  await screen.rerender(page('hidden'))
  await expect.poll(() => client.room('general').status).toBe('left')
  await screen.rerender(page('visible'))
  await expect.element(screen.getByText('joined')).toBeVisible()
  await say()
  await expect.poll(() => heard).toBe(2)
  expect(await words()).toEqual(['join general', 'leave general', 'join general'])
})

test('a hidden reducer and buffer keep their state and get no event', async () => {
  const bell = createBell()
  function Heard() {
    const { events } = useEventBuffer(bell.client, 'n')
    const sum = useEventReducer(bell.client, 'n', (state, n: number) => state + n, 0)
    return <output>{`${events.join()} ${sum}`}</output>
  }
  const page = (mode: Mode) => (
    <Activity mode={mode}>
      <Heard />
    </Activity>
  )
  const screen = await render(page('visible'))
  bell.ring('n', 1)
  await expect.element(screen.getByText('1 1')).toBeVisible()
  bell.ring('n', 2) // not shown yet
  await screen.rerender(page('hidden'))
  expect(bell.listening()).toBe(0)
  bell.ring('n', 4)
  await screen.rerender(page('visible'))
  bell.ring('n', 8)
  await expect.element(screen.getByText('1,2,8 11')).toBeVisible()
})

test('a hidden useEmitWithAck keeps its answer', async () => {
  const client = { with: () => ({ emitWithAck: () => Promise.resolve('Ann') }) } as unknown as Client
  function WhoAmI() {
    const { emitWithAck, data } = useEmitWithAck(client, 'whoami')
    return <button onClick={() => void emitWithAck()}>{`I am ${data}`}</button>
  }
  const page = (mode: Mode) => (
    <Activity mode={mode}>
      <WhoAmI />
    </Activity>
  )
  const screen = await render(page('visible'))
  await screen.getByText('I am undefined').click()
  await expect.element(screen.getByText('I am Ann')).toBeVisible()
  await screen.rerender(page('hidden'))
  await screen.rerender(page('visible'))
  await expect.element(screen.getByText('I am Ann')).toBeVisible()
})

test('a hidden timeline continues without a loss or a repeat, and is closed when it is removed', async () => {
  const { client, say } = await start()
  const room = await client.join('general')
  const listening = countListeners(room)
  const List = () => <output>{useTimeline(room, 'news', { keepMs: 0 }).entries.length} said</output>
  const page = (mode: Mode) => (
    <StrictMode>
      <Activity mode={mode}>
        <List />
      </Activity>
    </StrictMode>
  )
  const screen = await render(page('visible'))
  await say()
  await expect.element(screen.getByText('1 said')).toBeVisible()
  await screen.rerender(page('hidden'))
  let heard = 0
  const off = room.on('news', () => (heard += 1))
  await say()
  await expect.poll(() => heard).toBe(1)
  off()
  await screen.rerender(page('visible'))
  await expect.element(screen.getByText('2 said')).toBeVisible()
  await say()
  await expect.element(screen.getByText('3 said')).toBeVisible()
  await screen.rerender(page('hidden'))
  expect(listening.left).toBeGreaterThan(0)
  await screen.unmount()
  await expect.poll(() => listening.left).toBe(0)
})

/** Counts the subscriptions to a room's events that are made from now on and not ended. */
function countListeners(room: Room) {
  const { on } = room
  const counts = { left: 0 }
  Object.assign(room, {
    on: (...args: Parameters<typeof on>) => {
      counts.left += 1
      const off = on(...args)
      return () => {
        counts.left -= 1
        off()
      }
    },
  })
  return counts
}
