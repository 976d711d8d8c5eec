import { type Client, createClient, type Room, roomful } from '@roomful/client'
import { createRooms, refuse } from '@roomful/server'
import { createMockServer, type MockServer } from '@roomful/testing'
import { chat } from '@roomful-demo/chat-contract'
import { configure, render } from '@testing-library/react'
import { onTestFinished, vi } from 'vitest'
import { ChatScreen } from '../../src/components/chat-screen.tsx'
import { RoomfulProvider } from '../../src/realtime.ts'

configure({ asyncUtilTimeout: 20_000 }) // long enough for a slow and busy machine

// The page uses these parts of a browser, and jsdom does not have them.
vi.stubGlobal('matchMedia', () => ({ matches: false }))
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  },
)

Element.prototype.scrollIntoView = () => {}

// The message log renders the messages that have space in it, and jsdom computes no sizes.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { get: () => 800 })
Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { get: () => 40 })

interface Started {
  readonly server: MockServer
  /** Bob's side of the room on the screen. */
  readonly bob: Room<typeof chat>
  /** Makes the server accept every message. */
  readonly acceptAll: () => void
  /** Lets everyone into the room `staff`. */
  readonly openStaff: () => void
}

/** Renders Ann's screen in the room `general`, with Bob in the same room, on a server in memory that refuses “spam” and the room `staff`. */
export async function startChat(): Promise<Started> {
  const server = createMockServer({ url: 'https://chat.example' })
  let acceptsAll = false
  let isStaffOpen = false
  const rooms = createRooms(server.io, {
    contract: chat,
    authenticate: ({ auth }) => userOf(String(auth['name'])),
    authorize: {
      join({ room }) {
        if (room === 'staff' && !isStaffOpen) throw refuse('FORBIDDEN', 'room staff is for staff only')
        return true
      },
    },
  })
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
    ann.close()
    bob.close()
    await rooms.close()
    await server.close()
  })
  return {
    server,
    bob: await bob.join('general'),
    acceptAll: () => (acceptsAll = true),
    openStaff: () => (isStaffOpen = true),
  }
}

function clientFor(name: string, url: string): Client<typeof chat> {
  return createClient({
    url,
    contract: chat,
    auth: { name },
    rooms: roomful(),
    reconnect: { minDelayMs: 5, maxDelayMs: 20 },
  })
}

function userOf(name: string) {
  return { id: name.toLowerCase(), name }
}
