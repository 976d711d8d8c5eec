import { createClient, roomful } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import { cleanup, configure, render, screen } from '@testing-library/react'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { shop } from './inbox/contract.ts'
import { Notes } from './inbox/notes.tsx'
import { orderSent } from './inbox/notify.ts'
import { serve } from './inbox/server.ts'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true }) // the machine may be slow and busy
afterEach(cleanup)

async function start() {
  const server = createMockServer({ url: 'https://shop.example' })
  const rooms = serve(server.io)
  await server.listen()
  onTestFinished(async () => {
    await rooms.close()
    await server.close()
  })
  const enter = (name: string) => {
    const client = createClient({ url: server.url, contract: shop, rooms: roomful(), auth: { name } })
    onTestFinished(client.close)
    return client
  }
  return { server, rooms, enter }
}

const shown = () => [...screen.getByLabelText('Notes').querySelectorAll('p')].map(({ textContent }) => textContent)

test('notes.tsx: shows stored notes and new ones, and hears direct messages, also after an outage', async () => {
  const { server, rooms, enter } = await start()
  await orderSent(rooms, 'ann')
  const ann = enter('ann')
  const alerts: string[] = []
  render(<Notes client={ann} alert={(text) => alerts.push(text)} />)
  await expect.poll(shown).toEqual(['Your order has been sent'])
  await rooms.toUser('ann').emit('note', { text: 'It has arrived' })
  await expect.poll(shown).toEqual(['Your order has been sent', 'It has arrived'])

  const bob = enter('bob')
  expect(await bob.emitWithAck('directMessage', { to: 'ann', text: 'hi' })).toBe(true)
  await expect.poll(() => alerts).toEqual(['bob: hi'])
  server.offline()
  await rooms.toUser('ann').emit('note', { text: 'missed' })
  server.online()
  await expect.poll(shown).toEqual(['Your order has been sent', 'It has arrived', 'missed'])
})
