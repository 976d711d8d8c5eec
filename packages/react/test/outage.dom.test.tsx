import { cleanup, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { countSubscriptions, start } from './support/start.ts'

afterEach(cleanup)

test('a component shows an outage and its end without a new subscription', async () => {
  const { server, client, hooks } = await start()
  const subscriptions = [countSubscriptions(client), countSubscriptions(client.room('general'))]
  const shown: string[] = []
  const heard: string[] = []
  function Room() {
    const { status } = hooks.useSocket()
    const { room, status: roomStatus } = hooks.useRoom('general')
    hooks.useEvent('alert', (text: string) => heard.push(text))
    hooks.useEvent(room, 'news', ({ text }) => heard.push(text))
    hooks.useEvent(room, 'gap', ({ reason }) => heard.push(`gap ${reason}`))
    shown.push(`${status} ${roomStatus}`)
    return <output>{shown.at(-1)}</output>
  }
  render(<Room />)
  await screen.findByText('connected joined')
  shown.length = 0
  server.cut()
  await screen.findByText('reconnecting suspended')
  await screen.findByText('connected joined')
  server.sayIn('general', 'news', { text: 'back' })
  server.server.io.emit('alert', 'all well')
  await expect.poll(() => heard).toEqual(['gap unsupported', 'back', 'all well'])
  // The connection and its room change together, so React renders once for both. The third render is the answer to the join.
  expect(shown).toEqual(['reconnecting suspended', 'connected joining', 'connected joined'])
  expect(subscriptions).toEqual([
    { added: 1, left: 1 },
    { added: 2, left: 2 },
  ])
  await expect.poll(() => server.words()).toEqual(['join general', 'join general'])
})

test('a message from a component during an outage is sent when the room is joined again', async () => {
  const { server, hooks } = await start()
  const receipts: Promise<unknown>[] = []
  function Room() {
    const { status, send } = hooks.useRoom('general')
    return <button onClick={() => receipts.push(send?.({ text: 'hi' }) as Promise<unknown>)}>{status}</button>
  }
  render(<Room />)
  await screen.findByText('joined')
  server.cut()
  ;(await screen.findByText('suspended')).click()
  await screen.findByText('joined')
  await expect(Promise.all(receipts)).resolves.toEqual([{ confirmed: false, id: expect.any(String) }])
  await expect.poll(() => server.words()).toEqual(['join general', 'join general', 'message general:hi'])
})

test('a component shows why its room was refused, and joins after join()', async () => {
  let isOpen = false
  const { server, client, hooks } = await start(
    {},
    {
      onJoin: (_room, acknowledge) =>
        acknowledge(...(isOpen ? [] : [{ $error: { code: 'CLOSED', message: 'come back at nine' } }])),
    },
  )
  function Room() {
    const { room, status, error } = hooks.useRoom('general')
    return <button onClick={() => void room.join()}>{error?.message ?? status}</button>
  }
  const { unmount } = render(<Room />, { wrapper: StrictMode })
  const button = await screen.findByText('come back at nine')
  isOpen = true
  button.click()
  await screen.findByText('joined')
  await expect.poll(() => server.words()).toEqual(['join general', 'join general'])
  // After join() the app itself holds the room: the unmount of the component does not leave it.
  unmount()
  await client.room('general').leave()
  expect(server.membersOf('general')).toBe(0)
})

test('a component shows a kick, and connect() connects again', async () => {
  const { server, hooks } = await start()
  function Status() {
    const { status, reason, connect } = hooks.useSocket()
    const { status: roomStatus } = hooks.useRoom('general')
    return <button onClick={() => void connect()}>{[status, reason, roomStatus].filter(Boolean).join(' ')}</button>
  }
  render(<Status />)
  await screen.findByText('connected joined')
  server.server.kickAll()
  const button = await screen.findByText('disconnected kicked suspended')
  button.click()
  await screen.findByText('connected joined')
  expect(server.server.connections).toBe(1)
})
