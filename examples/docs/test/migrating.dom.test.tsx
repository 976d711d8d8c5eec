import { once } from 'node:events'
import { createMockServer } from '@roomful/testing'
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react'
import { io } from 'socket.io-client'
import type { ComponentType } from 'react'
import type { Server } from 'socket.io'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

configure({ asyncUtilTimeout: 20_000, reactStrictMode: true })

interface Message {
  readonly room: string
  readonly text: string
}

interface Step {
  readonly name: string
  /** Each step has its own connection, which opens with the import or with the first component. */
  readonly app: () => Promise<{ Chat: ComponentType<{ name: string }> }>
  readonly server?: () => Promise<{ serve: (io: Server) => void }>
  /** Known faults of the code that an app starts with. A test asserts each of them, and that a later step has it no longer. */
  readonly faults?: readonly Fault[]
}
type Fault = 'doubled listeners' | 'no join after an outage' | 'lost messages'

const plainServer = () => import('./migrating/all/0-server/server.ts')

const steps: Step[] = [
  {
    name: 'effects/0-start',
    app: () => import('./migrating/effects/0-start/chat.tsx'),
    faults: ['doubled listeners', 'no join after an outage'],
  },
  {
    name: 'effects/1-status',
    app: () => import('./migrating/effects/1-status/chat.tsx'),
    faults: ['doubled listeners', 'no join after an outage'],
  },
  { name: 'effects/2-messages', app: () => import('./migrating/effects/2-messages/chat.tsx') },
  {
    name: 'react-hook/0-start',
    app: () => import('./migrating/react-hook/0-start/chat.tsx'),
    faults: ['lost messages'],
  },
  {
    name: 'react-hook/1-status',
    app: () => import('./migrating/react-hook/1-status/chat.tsx'),
    faults: ['lost messages'],
  },
  { name: 'react-hook/2-messages', app: () => import('./migrating/react-hook/2-messages/chat.tsx') },
  {
    name: 'context/0-start',
    app: () => import('./migrating/context/0-start/chat.tsx'),
    faults: ['no join after an outage', 'lost messages'],
  },
  {
    name: 'context/1-status',
    app: () => import('./migrating/context/1-status/chat.tsx'),
    faults: ['no join after an outage', 'lost messages'],
  },
  { name: 'context/2-messages', app: () => import('./migrating/context/2-messages/chat.tsx') },
  { name: 'all/3-connection', app: () => import('./migrating/all/3-connection/chat.tsx') },
  { name: 'all/4-rooms', app: () => import('./migrating/all/4-rooms/chat.tsx') },
  { name: 'all/5-contract', app: () => import('./migrating/all/5-contract/chat.tsx') },
  {
    name: 'all/6-server',
    app: () => import('./migrating/all/6-server/chat.tsx'),
    server: () => import('./migrating/all/6-server/server.ts'),
  },
]

afterEach(cleanup)

describe.each(steps)('$name', ({ app, server: serverOf = plainServer, faults = [] }) => {
  const server = createMockServer({ url: 'https://chat.example' })
  let Chat: ComponentType<{ name: string }>
  beforeAll(async () => {
    const { serve } = await serverOf()
    serve(server.io as Server)
    await server.listen()
    ;({ Chat } = await app())
  })
  afterAll(async () => {
    const closed = Array.from(server.io.sockets.sockets.values(), ({ conn }) => once(conn, 'close'))
    server.kick() // a client that was kicked does not reconnect, so that it is not on the server of the next step
    await Promise.all(closed)
    await server.close()
  })

  /** The number of connections in a room. */
  const sizeOf = (room: string) =>
    [room, `roomful:${room}`].reduce((sum, name) => sum + (server.io.sockets.adapter.rooms.get(name)?.size ?? 0), 0)
  const texts = () => document.querySelector('pre')?.textContent.split('\n')

  /** Mounts the app in a room, and waits until it has joined. */
  async function open(room: string) {
    const view = render(<Chat name={room} />)
    await screen.findByText('online')
    await expect.poll(() => sizeOf(room)).toBe(1)
    return view
  }

  /** Connects another user, whose page has the code from before the migration. */
  function connectOther() {
    const other = io(server.url, { forceNew: true, reconnection: false })
    onTestFinished(() => void other.disconnect())
    const send = (...messages: Message[]) =>
      Promise.all(messages.map((message) => other.emitWithAck('message', message)))
    return { other, send }
  }
  const sendAsOther = (...messages: Message[]) => connectOther().send(...messages)

  test('shows a message of another user once', async () => {
    await open('once')
    await sendAsOther({ room: 'once', text: 'Good morning' })
    await expect.poll(texts).toContain('Good morning')
    await sendAsOther({ room: 'other', text: 'not for this room' }, { room: 'once', text: 'Good night' })
    await expect.poll(texts).toContain('Good night')
    const times = faults.includes('doubled listeners') ? 2 : 1
    expect(texts()?.filter((text) => text === 'Good morning')).toHaveLength(times)
    expect(texts()).toHaveLength(2 * times)
  })

  test('sends an own message, which this page and another page show once', async () => {
    await open('own')
    const { other, send } = connectOther()
    const received: Message[] = []
    other.on('message', (message: Message) => received.push(message))
    other.emit('join', { room: 'own' })
    await expect.poll(() => sizeOf('own')).toBe(2)
    fireEvent.click(screen.getByText('Say hello'))
    await screen.findByText('Say hello (sent)')
    await expect.poll(texts).toContain('Hello')
    expect(texts()).toHaveLength(faults.includes('doubled listeners') ? 2 : 1)
    await send({ room: 'own', text: 'Hi' })
    await expect.poll(() => received.at(-1)?.text).toBe('Hi')
    expect(received).toEqual(['Hello', 'Hi'].map((text) => ({ room: 'own', text })))
  })

  test('shows each of several messages that arrive together', async () => {
    await open('burst')
    const all = Array.from({ length: 30 }, (_, index) => `message ${index}`)
    await sendAsOther(...all.map((text) => ({ room: 'burst', text }))) // at once, when this user is connected
    await expect.poll(texts).toContain('message 29')
    if (faults.includes('lost messages')) expect(texts()?.length).toBeLessThan(30)
    else expect([...new Set(texts())]).toEqual(all) // doubled or not
  })

  test('is in its room again after an outage', async () => {
    await open('outage')
    server.offline()
    await screen.findByText('offline')
    server.online()
    await screen.findByText('online')
    if (faults.includes('no join after an outage')) {
      fireEvent.click(screen.getByText('Say hello'))
      await screen.findByText('Say hello (sent)') // the server has handled everything that was sent before
      expect(sizeOf('outage')).toBe(0)
      return
    }
    await expect.poll(() => sizeOf('outage')).toBe(1)
    await sendAsOther({ room: 'outage', text: 'Welcome back' })
    await expect.poll(texts).toEqual(['Welcome back'])
  })

  test('leaves its room when it is unmounted, and starts anew when it is mounted again', async () => {
    const first = await open('again')
    first.unmount()
    await expect.poll(() => sizeOf('again')).toBe(0)
    await open('again')
    await sendAsOther({ room: 'again', text: 'Good morning' })
    await expect.poll(texts).toContain('Good morning')
    if (!faults.includes('doubled listeners')) expect(texts()).toEqual(['Good morning'])
  })
})
