import { Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

// The imports are dynamic: what a module does when it is first evaluated is what is tested.
test('CN1 an import, a client, a room and its stores start no timer, no connection and no listener of the page', async () => {
  const page = {
    addEventListener: vi.fn<(event: string) => void>(),
    removeEventListener: () => {},
    visibilityState: 'visible',
  }
  vi.stubGlobal('window', page)
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', page.addEventListener)
  const done = [
    page.addEventListener,
    vi.spyOn(globalThis, 'setTimeout'),
    vi.spyOn(globalThis, 'setInterval'),
    vi.spyOn(globalThis, 'fetch'),
    vi.spyOn(Socket.prototype, 'connect'),
  ]
  onTestFinished(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  // Its own, to end requests with the page: not of our making, and the only thing that an import does.
  await import('socket.io-client')
  expect(page.addEventListener.mock.calls).toEqual([['unload', expect.any(Function), false]])
  page.addEventListener.mockClear()

  const { createClient } = await import('@roomful/client')
  const client = createClient({ url: 'http://127.0.0.1:9', auth: () => ({}) })
  client.room('general').state.subscribe(() => {})
  client.connection.subscribe(() => {})
  const whenImported = done.map(({ mock }) => mock.calls.length)

  // The same eyes see the first use.
  client.on('message', () => {})
  await eventually(() => expect(client.status).toBe('reconnecting'))
  const whenUsed = done.map(({ mock }) => mock.calls.length)
  client.disconnect()

  expect(whenImported).toEqual([0, 0, 0, 0, 0])
  expect(whenUsed[0]).toBeGreaterThan(0)
  expect(whenUsed[1]).toBeGreaterThan(0)
  expect(whenUsed[4]).toBeGreaterThan(0)
})
