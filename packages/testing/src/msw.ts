import { RoomfulError } from '@roomful/contract'
import { type HttpHandler, HttpResponse, http, passthrough, ws, type WebSocketHandler } from 'msw'
import type { SetupWorker } from 'msw/browser'
import { entrances, type Entrance } from './entrance.ts'
import { addressOf, taken } from './network.ts'
import type { Frame } from './packet.ts'
import { PollingSessions } from './polling-wire.ts'

const LOST = 1006
/** What is none of ours is nobody's business; the second name is that of msw 3. */
const QUIETLY = { quiet: true, onUnhandledRequest: 'bypass', onUnhandledFrame: 'bypass' } as const
type Handlers = (HttpHandler | WebSocketHandler)[]
type WebSocketLink = ReturnType<typeof ws.link>
const links = new Map<string, WebSocketLink>()

/**
 * The handlers that bring clients to a mock server, for a worker of your own: `setupWorker(...handlersOf(server))`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for what `createMockServer` did not make.
 */
export function handlersOf(server: object): Handlers {
  const entrance = entrances.get(server)
  if (entrance) return handlersFor(entrance)
  throw new RoomfulError('INVALID_ARGUMENT', 'server: expected what createMockServer() gives')
}

/** Lets a page's clients in, by one worker for all servers of the page. Gives its undo. */
export async function letPageIn(entrance: Entrance): Promise<() => void> {
  const page = thisPage()
  const address = addressOf(entrance.origin)
  if (page.handlers.has(address)) throw taken(address)
  page.handlers.set(address, handlersFor(entrance))
  const worker = await (page.worker ??= startWorker()).catch((error: unknown) => {
    page.handlers.delete(address)
    page.worker = undefined
    throw error
  })
  const update = (): void => worker.resetHandlers(...[...page.handlers.values()].flat())
  update()
  return () => {
    page.handlers.delete(address)
    update()
    if (page.handlers.size > 0) return
    worker.stop()
    page.worker = undefined
  }
}

async function startWorker(): Promise<SetupWorker> {
  const { setupWorker } = await import('msw/browser')
  const worker = setupWorker()
  await worker.start(QUIETLY)
  return worker
}

interface Page {
  worker: Promise<SetupWorker> | undefined
  readonly handlers: Map<string, Handlers>
}

const KEY = Symbol.for('roomful.testing.page')

/** Kept by the page itself: Vitest may load this module twice in one, for set-up files and for tests. */
function thisPage(): Page {
  const owner = globalThis as { [KEY]?: Page }
  return (owner[KEY] ??= { worker: undefined, handlers: new Map() })
}

function handlersFor(entrance: Entrance): Handlers {
  const { host, protocol } = entrance.origin
  const isSecure = /^(https|wss):$/.test(protocol)
  const sessions = new PollingSessions(entrance)
  // Some versions of msw take Socket.IO's default path away before they compare, and none another path.
  const path = entrance.path === '/socket.io' ? '(/socket\\.io)?' : escaped(entrance.path)
  const link = linkTo(`^${isSecure ? 'wss' : 'ws'}://${escaped(host)}${path}/?$`)
  return [
    // First, since a link answers the requests that Node's WebSockets begin with, and then has nothing to say.
    http.all(`${isSecure ? 'https' : 'http'}://${host}${entrance.path}/`, async ({ request }) => {
      if (entrance.isOnNetwork() || !request.url.includes('transport=polling')) return passthrough()
      return (await sessions.answer(request)) ?? HttpResponse.error()
    }),
    link.addEventListener('connection', ({ client }) => connect(entrance, client as unknown as Client)),
  ]
}

/** msw keeps each link for ever, and a suite makes many servers of one address. */
function linkTo(pattern: string): WebSocketLink {
  const link = links.get(pattern) ?? ws.link(new RegExp(pattern))
  links.set(pattern, link)
  return link
}

/** What is used of msw's end of a WebSocket; its types leave out the socket. */
interface Client {
  readonly url: URL
  readonly socket: EventTarget
  send(data: string | ArrayBuffer): void
  close(code?: number): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
}

function connect(entrance: Entrance, client: Client): void {
  if (!entrance.isOpen()) {
    client.socket.dispatchEvent(new Event('error'))
    return client.close(LOST)
  }
  const connection = entrance.enter(
    {
      name: 'websocket',
      send: (frame) => client.send(frame as string | ArrayBuffer),
      close: (code) => client.close(code),
    },
    client.url,
  )
  let reading: Promise<void> | undefined
  client.addEventListener('message', ({ data }) => {
    if (data instanceof Blob || reading) {
      // A file has to be read first, and what follows it has to wait.
      reading = (reading ?? Promise.resolve()).then(async () => {
        connection.receive(data instanceof Blob ? await data.arrayBuffer() : (data as Frame))
      })
    } else connection.receive(data as Frame)
  })
  client.addEventListener('close', () => connection.closed())
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
