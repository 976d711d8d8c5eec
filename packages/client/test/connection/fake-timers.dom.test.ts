import { createClient } from '@roomful/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startServer } from '../support/test-server.ts'
import { transportOrders } from '../support/transports.ts'

test.each(transportOrders)(
  'CN20 under fake timers a client in jsdom connects without an advance of the clock, by %s',
  async (names) => {
    const server = await startServer({ options: { cors: { origin: '*' } } })
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const client = createClient({ url: server.url, socket: { transports: names.split(', ') } })
    onTestFinished(client.close)
    await client.connect()
    expect(client.status).toBe('connected')
  },
)
