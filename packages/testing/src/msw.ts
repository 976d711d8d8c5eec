import { type HttpHandler, HttpResponse, http, passthrough, ws, type WebSocketHandler } from 'msw'
import type { SetupWorker } from 'msw/browser'
import { addressInUse, addressKeyOf, isSecureUrl } from './address.ts'
import { type MemoryEndpoint, memoryEndpoints } from './memory-endpoint.ts'
import { ABNORMAL_CLOSURE } from './memory-socket.ts'
import { invalid } from './mock-options.ts'
import type { Frame } from './packet.ts'
import { PollingSessions } from './polling-sessions.ts'

/** Requests to other addresses are none of the mock server's; msw 3 calls the option `onUnhandledFrame`. */
const WORKER_OPTIONS = { quiet: true, onUnhandledRequest: 'bypass', onUnhandledFrame: 'bypass' } as const
type Handlers = (HttpHandler | WebSocketHandler)[]
type WebSocketLink = ReturnType<typeof ws.link>
const links = new Map<string, WebSocketLink>()

/**
 * Returns msw's handlers that connect clients to a mock server, for an msw of your own: `setupWorker(...handlersOf(server))`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` if `server` was not made by `createMockServer`.
 */
export function handlersOf(server: object): Handlers {
  const endpoint = memoryEndpoints.get(server)
  if (endpoint) return handlersFor(endpoint)
  throw invalid('server: expected a server made by createMockServer()')
}

/**
 * Lets the clients of this page connect to the endpoint. All mock servers of a page share one worker of msw. Resolves with
 * a function that ends it.
 */
export async function serveInPage(endpoint: MemoryEndpoint): Promise<() => void> {
  const page = stateOfPage()
  const address = addressKeyOf(endpoint.origin)
  if (page.handlers.has(address)) throw addressInUse(address)
  page.handlers.set(address, handlersFor(endpoint))
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
  await worker.start(WORKER_OPTIONS)
  return worker
}

interface PageState {
  worker: Promise<SetupWorker> | undefined
  readonly handlers: Map<string, Handlers>
}

const PAGE_STATE = Symbol.for('roomful.testing.page')

/** The state is on `globalThis`, because Vitest may load this module twice in one page: for set-up files and for tests. */
function stateOfPage(): PageState {
  const page = globalThis as { [PAGE_STATE]?: PageState }
  return (page[PAGE_STATE] ??= { worker: undefined, handlers: new Map() })
}

function handlersFor(endpoint: MemoryEndpoint): Handlers {
  const { host } = endpoint.origin
  const isSecure = isSecureUrl(endpoint.origin)
  const sessions = new PollingSessions(endpoint)
  // Some versions of msw remove Socket.IO's default path from the URL before they match it. They remove no other path.
  const path = endpoint.path === '/socket.io' ? '(/socket\\.io)?' : escaped(endpoint.path)
  const link = linkTo(`^${isSecure ? 'wss' : 'ws'}://${escaped(host)}${path}/?$`)
  return [
    // Before the link, which would also answer the HTTP requests with which Node's WebSockets begin.
    http.all(`${isSecure ? 'https' : 'http'}://${host}${endpoint.path}/`, async ({ request }) => {
      if (endpoint.isListeningInNode() || !request.url.includes('transport=polling')) return passthrough()
      return (await sessions.answer(request)) ?? HttpResponse.error()
    }),
    link.addEventListener('connection', ({ client }) => connect(endpoint, client as unknown as Client)),
  ]
}

/** Returns one link for each pattern: msw never releases a link, and a test suite makes many servers of one address. */
function linkTo(pattern: string): WebSocketLink {
  const link = links.get(pattern) ?? ws.link(new RegExp(pattern))
  links.set(pattern, link)
  return link
}

/** The part of msw's WebSocket client that is used here; msw's own type lacks `socket`. */
interface Client {
  readonly url: URL
  readonly socket: EventTarget
  send(data: string | ArrayBuffer): void
  close(code?: number): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
}

function connect(endpoint: MemoryEndpoint, client: Client): void {
  if (!endpoint.isReachable()) {
    client.socket.dispatchEvent(new Event('error'))
    return client.close(ABNORMAL_CLOSURE)
  }
  const socket = endpoint.accept(
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
      // A Blob is read asynchronously. Later frames wait for it, so that the order is kept.
      reading = (reading ?? Promise.resolve()).then(async () => {
        socket.receive(data instanceof Blob ? await data.arrayBuffer() : (data as Frame))
      })
    } else socket.receive(data as Frame)
  })
  client.addEventListener('close', () => socket.closedByClient())
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
