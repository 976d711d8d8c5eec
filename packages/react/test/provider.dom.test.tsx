import type { EventsMap, SocketIoContract } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { type ReactNode, StrictMode, Suspense } from 'react'
import { afterEach, expect, test } from 'vitest'
import { createHooks } from '../src/index.ts'
import { start } from './support/start.ts'

afterEach(cleanup)

type Untyped = SocketIoContract<EventsMap, EventsMap>

test('when the provider’s client changes, the old room is left, the new one is joined, and every listener moves', async () => {
  const [old, next] = await Promise.all([start(), start()])
  const { RoomfulProvider, useSocket, useRoom, useEvent } = createHooks<Untyped>()
  const heard: string[] = []
  function Room() {
    const { status } = useSocket()
    const { room, status: roomStatus } = useRoom('general')
    useEvent('alert', (text: string) => heard.push(text))
    useEvent(room, 'news', ({ text }) => heard.push(text))
    return (
      <output>
        {status} {roomStatus}
      </output>
    )
  }
  const page = ({ client }: typeof old) => (
    <RoomfulProvider client={client}>
      <Room />
    </RoomfulProvider>
  )
  const view = render(page(old), { wrapper: StrictMode })
  await screen.findByText('connected joined')
  view.rerender(page(next))
  await screen.findByText('connected joined')
  await expect.poll(() => old.server.words()).toEqual(['join general', 'leave general'])
  expect(next.server.words()).toEqual(['join general'])
  const arrived: string[] = []
  old.client.on('alert', (text: string) => arrived.push(text))
  for (const { server } of [old, next]) {
    server.server.io.emit('news', { room: 'general', text: server === old.server ? 'old news' : 'news' })
    server.server.io.emit('alert', server === old.server ? 'old alert' : 'alert')
  }
  await expect.poll(() => arrived).toEqual(['old alert'])
  await expect.poll(() => heard).toEqual(['news', 'alert'])
  expect(old.client.room('general').status).toBe('left')
})

test('in nested providers, each component gets the client of the nearest', async () => {
  const [outer, inner] = await Promise.all([start(), start()])
  const { RoomfulProvider, useClient } = outer.hooks
  const seen: unknown[] = []
  function Seen() {
    seen.push(useClient())
    return null
  }
  const wrap = ({ client }: typeof outer, children: ReactNode) => (
    <RoomfulProvider client={client}>{children}</RoomfulProvider>
  )
  render([<Seen key="none" />, wrap(inner, <Seen key="one" />)].map((child, key) => <div key={key}>{child}</div>))
  expect(seen).toEqual([outer.client, inner.client])
})

test('a suspended page does not connect and does not join', async () => {
  const { server, client, hooks } = await start()
  let show = (): void => {}
  let isThere = false
  const loaded = new Promise<void>((resolve) => {
    show = () => {
      isThere = true
      resolve()
    }
  })
  function Room() {
    const { status } = hooks.useSocket()
    const { room, status: roomStatus } = hooks.useRoom('general')
    hooks.useEvent(room, 'news', () => {})
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- how a component suspends on React 18 and 19
    if (!isThere) throw loaded
    return (
      <output>
        {status} {roomStatus}
      </output>
    )
  }
  render(
    <Suspense fallback={<output>waits</output>}>
      <Room />
    </Suspense>,
  )
  await screen.findByText('waits')
  expect([client.status, client.room('general').status]).toEqual(['idle', 'left'])
  await act(async () => show())
  await screen.findByText('connected joined')
  await expect.poll(() => server.words()).toEqual(['join general'])
})

test('a hundred components in a room share one membership, and the unmount of the last one leaves', async () => {
  const { server, client, hooks } = await start()
  let renders = 0
  function Member() {
    renders += 1
    return <output>{hooks.useRoom('general').status}</output>
  }
  const page = (count: number) => Array.from({ length: count }, (_, key) => <Member key={key} />)
  const view = render(page(100))
  await expect.poll(() => screen.getAllByText('joined')).toHaveLength(100)
  // left (the first render), joining and joined: three renders each.
  expect(renders).toBe(300)
  for (let left = 99; left > 0; left -= 1) view.rerender(page(left))
  expect(client.room('general').status).toBe('joined')
  view.rerender([])
  await expect.poll(() => client.room('general').status).toBe('left')
  await expect.poll(() => server.words()).toEqual(['join general', 'leave general'])
})
