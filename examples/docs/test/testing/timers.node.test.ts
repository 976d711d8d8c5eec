import { createClient, createLostConnection } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

test('the connection counts as lost after five seconds', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const server = createMockServer({ url: 'https://chat.example' })
  await server.listen()
  const client = createClient({ url: server.url, socket: { transports: ['websocket'] } })
  onTestFinished(async () => {
    client.disconnect()
    await server.close()
  })
  void client.connect()
  await vi.waitFor(() => expect(client.status).toBe('connected')) // advances the clock
  const lost = createLostConnection(client)
  lost.subscribe(() => {})

  server.offline()
  await vi.advanceTimersByTimeAsync(4_900)
  expect([client.status, lost.getState()]).toEqual(['reconnecting', undefined])
  await vi.advanceTimersByTimeAsync(200)
  expect(lost.getState()).toBe('lost')
})
