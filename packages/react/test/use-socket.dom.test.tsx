import { cleanup, render, screen } from '@testing-library/react'
import { Component, type ReactNode, StrictMode, version } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { version as domVersion } from 'react-dom'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createHooks } from '../src/index.ts'
import { startClient } from '../../client/test/support/test-client.ts'
import { start } from './support/start.ts'

afterEach(cleanup)

test('these tests run on the React version of their project', () => {
  expect([version, domVersion].map((of) => of.split('.')[0])).toEqual([process.env['REACT'], process.env['REACT']])
})

test('a mount connects once, also under StrictMode, and each change renders once', async () => {
  const { server, hooks } = await start()
  const statuses: string[] = []
  function Status() {
    const { status } = hooks.useSocket()
    statuses.push(status)
    return <output>{status}</output>
  }
  render(<Status />, { wrapper: StrictMode })
  await screen.findByText('connected')
  expect(server.server.connections).toBe(1)
  // StrictMode renders each state twice.
  expect(statuses).toEqual(['idle', 'idle', 'connecting', 'connecting', 'connected', 'connected'])
})

test('does not connect after disconnect(), or with autoConnect: false', async () => {
  const { server, client, hooks } = await start()
  const Status = () => <output>{hooks.useSocket().status}</output>
  client.disconnect()
  const view = render(<Status />)
  expect(screen.getByText('disconnected')).toBeTruthy()
  view.unmount()

  const manual = startClient(server.url, { autoConnect: false })
  const { useSocket } = createHooks(manual)
  const Manual = () => <output>{useSocket().status}</output>
  render(<Manual />)
  expect(screen.getByText('idle')).toBeTruthy()
  expect(manual.status).toBe('idle')
})

test('its functions are the client’s, and the same on each render', async () => {
  const { client, hooks } = await start()
  const seen: unknown[] = []
  function Actions() {
    const { emit, send, emitWithAck, connect, disconnect, client: own, status } = hooks.useSocket()
    seen.push([emit, send, emitWithAck, connect, disconnect, own])
    return <output>{status}</output>
  }
  render(<Actions />)
  await screen.findByText('connected')
  const { emit, send, emitWithAck, connect, disconnect } = client
  for (const actions of seen) expect(actions).toEqual([emit, send, emitWithAck, connect, disconnect, client])
})

test('useClient causes no render', async () => {
  const { client, hooks } = await start()
  let renders = 0
  function Quiet() {
    renders += 1
    hooks.useClient()
    return null
  }
  render(<Quiet />)
  await client.connect()
  client.disconnect()
  expect(renders).toBe(1)
})

test('RoomfulProvider replaces the client, and without any client the error says what is missing', async () => {
  const { server, hooks } = await start()
  const replacement = startClient(server.url)
  const seen: unknown[] = []
  function Seen() {
    seen.push(hooks.useClient())
    return null
  }
  render(
    <hooks.RoomfulProvider client={replacement}>
      <Seen />
    </hooks.RoomfulProvider>,
  )
  expect(seen).toEqual([replacement])

  const orphan = createHooks()
  const Orphan = () => <output>{orphan.useSocket().status}</output>
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => quiet.mockRestore())
  render(
    <Boundary>
      <Orphan />
    </Boundary>,
  )
  expect(screen.getByText(/no client: expected createHooks\(client\) or a <RoomfulProvider>/)).toBeTruthy()
})

test('renderToString does not connect, and the page hydrates without a mismatch', async () => {
  const { server, client, hooks } = await start()
  function App() {
    const { status } = hooks.useSocket()
    const { room, status: roomStatus } = hooks.useRoom('general')
    hooks.useEvent(room, 'news', () => {})
    return (
      <output>
        {status} {roomStatus}
      </output>
    )
  }
  const html = renderToString(<App />)
  expect(html).toContain('idle')
  expect(client.status).toBe('idle')

  const container = document.createElement('div')
  container.innerHTML = html
  document.body.append(container)
  await client.connect()
  const errors: unknown[] = []
  const root = hydrateRoot(container, <App />, { onRecoverableError: (error) => errors.push(error) })
  await expect.poll(() => container.textContent).toBe('connected joined')
  expect(errors).toEqual([])
  expect(server.words()).toEqual(['join general'])
  root.unmount()
  container.remove()
})

class Boundary extends Component<{ children: ReactNode }> {
  override state: { message?: string } = {}
  static getDerivedStateFromError({ message }: Error) {
    return { message }
  }
  override render() {
    return this.state.message ?? this.props.children
  }
}
