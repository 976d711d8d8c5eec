import '@roomful/testing/vitest'
import { createClient, defineContract, type ClientOptions } from '@roomful/client'
import { createRooms } from '@roomful/server'
import type { MockServer } from '@roomful/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startMock, url } from './start.ts'

const chat = defineContract({ room: { message: z.object({ text: z.string() }) }, user: z.object({ id: z.string() }) })

function startRooms({ io }: MockServer) {
  const rooms = createRooms(io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth['token']) }) })
  onTestFinished(() => rooms.close())
  return rooms
}

function startClient(options: Partial<ClientOptions>) {
  const client = createClient({ url, contract: chat, reconnect: { minDelayMs: 5, maxDelayMs: 20 }, ...options })
  onTestFinished(client.disconnect)
  return client
}

/** `@roomful/client` and `createRooms` as they are, over the mock server; the same wherever it runs. */
export function testRoomful(): void {
  test('rooms: two clients, messages with receipts, and what the matchers see', async () => {
    const server = await startMock()
    const rooms = startRooms(server)
    expect(server).not.toBeConnected()
    const [ann, bob] = [startClient({ auth: { token: 'ann' } }), startClient({ auth: { token: 'bob' } })]
    const heard: unknown[] = []
    const there = await bob.join('general')
    there.on('message', ({ text }, { from, seq }) => heard.push([text, from?.id, seq]))
    const here = await ann.join('general')
    expect(await here.emit('message', { text: 'hello' })).toMatchObject({ confirmed: true, seq: 1 })
    await rooms.to('general').emit('message', { text: 'welcome' })
    await expect
      .poll(() => heard)
      .toEqual([
        ['hello', 'ann', 1],
        ['welcome', undefined, 2],
      ])
    expect(server).toBeConnected()
    expect(server).toHaveJoined('general')
    expect(server).not.toHaveJoined('other')
    expect(server).toHaveEmitted('message', { text: expect.stringContaining('hell') as string })
    expect(server).not.toHaveEmitted('message', { text: 'welcome' })
    expect(server.emitted.find(({ event }) => event === 'message')).toMatchObject({ room: 'general' })
  })

  test('a message whose answer is lost is stored once', async () => {
    const server = await startMock()
    startRooms(server)
    const ann = startClient({ auth: { token: 'ann' }, ackTimeoutMs: 100 })
    const room = await ann.join('general')
    server.dropNext(({ type, event }) => type === 'ack' && event === '$publish')
    expect(await room.emit('message', { text: 'once' })).toMatchObject({ confirmed: true, seq: 1 })
    expect(await room.emit('message', { text: 'twice?' })).toMatchObject({ confirmed: true, seq: 2 })
    const sent = server.emitted.filter(({ event }) => event === 'message').map(({ data }) => data)
    expect(sent).toEqual([{ text: 'once' }, { text: 'once' }, { text: 'twice?' }])
  })

  test('what is sent offline arrives when the line works again, and others miss nothing', async () => {
    const server = await startMock()
    const rooms = startRooms(server)
    const ann = startClient({ auth: { token: 'ann' } })
    const room = await ann.join('general')
    const heard: string[] = []
    room.on('message', ({ text }) => heard.push(text))
    server.offline()
    await expect.poll(() => ann.status).toBe('reconnecting')
    const receipt = room.emit('message', { text: 'from the tunnel' })
    await rooms.to('general').emit('message', { text: 'meanwhile' })
    server.online()
    expect(await receipt).toMatchObject({ confirmed: true, seq: 2 })
    await expect.poll(() => heard).toEqual(['meanwhile', 'from the tunnel'])
  })

  test('a token that expires is refreshed', async () => {
    const server = await startMock()
    startRooms(server)
    const reasons: string[] = []
    let token = 'first'
    const auth: ClientOptions['auth'] = ({ reason }) => {
      reasons.push(reason)
      if (reason === 'refused') token = 'second'
      return { token }
    }
    const ann = startClient({ auth })
    await ann.connect()
    server.expireToken()
    await vi.waitFor(() =>
      expect(ann.connection.getState()).toMatchObject({ status: 'connected', user: { id: 'second' } }),
    )
    expect(reasons).toEqual(['connect', 'connect', 'refused'])
  })

  test('a restarted server is found again, and its log goes on', async () => {
    const server = await startMock()
    startRooms(server)
    const ann = startClient({ auth: { token: 'ann' } })
    const room = await ann.join('general')
    await room.emit('message', { text: 'before' })
    await server.restart()
    expect(await room.emit('message', { text: 'after' })).toMatchObject({ confirmed: true, seq: 2 })
  })
}
