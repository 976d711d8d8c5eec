import { createClient, defineContract, persistentOutbox, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { trackTimers } from './support/track-timers.ts'
import { newName } from './roomful/storage/support/storage-page.ts'

const chat = defineContract({ room: { message: z.string() }, user: z.object({ id: z.string() }) })
const url = 'https://chat.example'

async function startChat() {
  const server = createMockServer({ url })
  const rooms = createRooms(server.io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth['name']) }) })
  rooms.handle('message', ({ data }) => (data === 'never answered' ? new Promise(() => {}) : undefined))
  onTestFinished(() => server.close())
  await server.listen()
  return server
}

/** How many listeners the page has more than before, by event. */
function trackPageListeners(): () => string[] {
  const counts = new Map<string, number>()
  for (const target of [window, document])
    for (const [method, change] of [
      ['addEventListener', 1],
      ['removeEventListener', -1],
    ] as const) {
      const original = target[method].bind(target) as (event: string, ...rest: unknown[]) => void
      vi.spyOn(target, method).mockImplementation((event: string, ...rest: unknown[]) => {
        counts.set(event, (counts.get(event) ?? 0) + change)
        original(event, ...rest)
      })
    }
  return () => [...counts].flatMap(([event, count]) => (count === 0 ? [] : [`${count} ${event}`]))
}

test('LC1 100 clients that were used and closed leave no Web Lock, channel, database, listener, timer or connection', async () => {
  onTestFinished(() => void vi.restoreAllMocks())
  const server = await startChat()
  const name = newName()
  const activeTimers = trackTimers()
  const pageListeners = trackPageListeners()
  const opened = vi.spyOn(IDBFactory.prototype, 'open')
  const closed = vi.spyOn(IDBDatabase.prototype, 'close')
  const channels = vi.spyOn(BroadcastChannel.prototype, 'close')
  const locks = async (): Promise<(string | undefined)[]> => {
    const { held = [], pending = [] } = await navigator.locks.query()
    return [...held, ...pending].map((lock) => lock.name).filter((lock) => lock?.startsWith(`${name}:`))
  }
  let lockCount = 0
  let timerCount = 0
  for (let count = 0; count < 100; count += 1) {
    const client = createClient({
      url,
      contract: chat,
      auth: { name: `user ${count}` },
      rooms: roomful({ outbox: persistentOutbox({ name }) }),
      socket: { transports: ['websocket'], forceNew: true },
      onDrop: () => {},
    })
    const room = await client.join('general')
    await room.emit('message', `stored ${count}`)
    void room.emit('message', 'never answered').catch(() => {}) // and so it stays in the storage
    await expect.poll(() => client.outbox.getState().sending).toBe(1)
    lockCount = Math.max(lockCount, (await locks()).length)
    timerCount = Math.max(timerCount, activeTimers().length)
    client.close()
  }
  expect([lockCount > 0, timerCount > 0]).toEqual([true, true])
  await expect.poll(locks).toEqual([])
  await expect.poll(() => [opened.mock.calls.length, closed.mock.calls.length]).toEqual([100, 100])
  expect(channels.mock.calls.length).toBe(100)
  await expect.poll(activeTimers).toEqual([])
  expect(pageListeners()).toEqual([])
  await expect.poll(() => server.io.of('/').sockets.size).toBe(0)
})
