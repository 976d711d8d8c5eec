import { type Client, createClient, type Room } from '@roomful/client'
import { createRooms, refuse } from '@roomful/server'
import { createMockServer, type MockServer } from '@roomful/testing'
import { chat } from '@roomful-demo/chat-contract'
import { configure, render } from '@testing-library/react'
import { onTestFinished, vi } from 'vitest'
import { ChatScreen } from '../../src/components/chat-screen.tsx'
import { RoomfulProvider } from '../../src/realtime.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy

// What the page asks of a browser, and jsdom does not have.
vi.stubGlobal('matchMedia', () => ({ matches: false }))
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe(): void {}
    disconnect(): void {}
  },
)

interface Started {
  readonly server: MockServer
  /** The room on the screen, as Bob has it. */
  readonly bob: Room<typeof chat>
  /** From now on the server takes every message. */
  readonly acceptAll: () => void
}

/** Ann's screen in the room `general`, and Bob there, on a server in memory that refuses “spam”. */
export async function startChat(): Promise<Started> {
  const server = createMockServer({ url: 'https://chat.example' })
  const rooms = createRooms(server.io, { contract: chat, authenticate: ({ auth }) => userOf(String(auth['name'])) })
  let acceptsAll = false
  rooms.handle('message', ({ data }) => {
    if (data.text === 'spam' && !acceptsAll) throw refuse('FORBIDDEN', 'no spam here')
  })
  server.io.on('connection', (socket) => {
    socket.on('list_rooms', (answer: (rooms: readonly { name: string }[]) => void) => answer([{ name: 'general' }]))
  })
  await server.listen()

  const [ann, bob] = [clientFor('Ann', server.url), clientFor('Bob', server.url)]
  location.hash = 'general'
  const { unmount } = render(
    <RoomfulProvider client={ann}>
      <ChatScreen me={userOf('Ann')} />
    </RoomfulProvider>,
  )
  onTestFinished(async () => {
    unmount()
    ann.disconnect()
    bob.disconnect()
    await rooms.close()
    await server.close()
  })
  return { server, bob: await bob.join('general'), acceptAll: () => (acceptsAll = true) }
}

function clientFor(name: string, url: string): Client<typeof chat> {
  return createClient({ url, contract: chat, auth: { name }, reconnect: { minDelayMs: 5, maxDelayMs: 20 } })
}

function userOf(name: string) {
  return { id: name.toLowerCase(), name }
}
