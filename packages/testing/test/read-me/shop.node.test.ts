import '@roomful/testing/vitest'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'

test('an order reaches the server even if its ack is lost', async () => {
  const server = createMockServer({ url: 'https://shop.example' })
  server.io.on('connection', (socket) => {
    socket.on('order', (what, answer) => answer(`a cup of ${what}`)) // or your server's own handlers
  })
  onTestFinished(() => server.close())
  await server.listen()
  const { order } = await import('./shop.ts') // the app connects when it is imported

  expect(await order('tea')).toBe('a cup of tea')

  server.dropNext(({ type, event }) => type === 'ack' && event === 'order')
  await expect(order('milk')).rejects.toThrow('timed out')
  expect(server).toHaveEmitted('order', 'milk')
})
