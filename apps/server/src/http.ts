import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { RoomfulError } from '@roomful/contract'
import { z } from 'zod'
import { logError } from './logs.ts'
import type { DemoFaults } from './demo-faults.ts'
import type { OriginCheck } from './origins.ts'
import type { Sessions } from './sessions.ts'

type Handler = (request: IncomingMessage) => Promise<unknown>

const MAX_BODY_BYTES = 4096
const bodyRule = 'expected the JSON { "name": "…" } to sign in, or { "token": "…" } to renew a session'
const sessionRequest = z.union([z.object({ token: z.string() }), z.object({ name: z.string() })])

const statusOf: Readonly<Record<string, number>> = {
  SHAPE: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_LARGE: 413,
  UNAVAILABLE: 503,
}

/**
 * Handles the requests that are not for Socket.IO: `GET /healthz` (the process answers), `GET /readyz` (it takes messages, otherwise
 * 503) and `POST /session`; with `faults`, also `POST /demo/kill-server` and `POST /demo/forget-log`. Errors are `{ error: { code, message } }`.
 */
export function createRequestListener(
  sessions: Sessions,
  isAllowedOrigin: OriginCheck,
  isReady: () => Promise<boolean>,
  faults?: DemoFaults,
): RequestListener {
  const routes: Readonly<Record<string, readonly [method: string, handler: Handler]>> = {
    '/healthz': ['GET', async () => ({ status: 'ok' })],
    '/readyz': ['GET', async () => assertReady(await isReady())],
    '/session': ['POST', async (request) => openSession(sessions, await readJson(request))],
    ...(faults && {
      '/demo/kill-server': ['POST', async () => (faults.killServer(), {})] as const,
      '/demo/forget-log': ['POST', async () => (await faults.forgetLog(), {})] as const,
    }),
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers
    response.setHeader('vary', 'Origin')
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    if (!isAllowedOrigin(origin)) throw new RoomfulError('FORBIDDEN', `the origin ${origin} is not allowed`)
    if (origin !== undefined) response.setHeader('access-control-allow-origin', origin)

    const path = request.url?.split('?', 1)[0] ?? ''
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (!route) throw new RoomfulError('NOT_FOUND', 'unknown path: expected GET /healthz, GET /readyz or POST /session')
    const [method, handler] = route
    if (request.method === 'OPTIONS') return preflight(response, method)
    if (request.method !== method) {
      response.setHeader('allow', `${method}, OPTIONS`)
      throw new RoomfulError('METHOD_NOT_ALLOWED', `${path} takes ${method}, not ${request.method}`)
    }
    send(response, 200, await handler(request))
  }

  return (request, response) => {
    respond(request, response).catch((error: unknown) => sendError(response, error))
  }
}

function assertReady(isReady: boolean): { status: 'ready' } {
  if (isReady) return { status: 'ready' }
  throw new RoomfulError('UNAVAILABLE', 'the server is closing, or its log cannot be written')
}

function openSession(sessions: Sessions, body: unknown): Promise<unknown> {
  const { data } = sessionRequest.safeParse(body)
  if (!data) throw new RoomfulError('SHAPE', bodyRule)
  return 'token' in data ? sessions.renew(data.token) : sessions.signIn(data.name)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  // If the loop ends early, the connection must stay open, because it has to carry the refusal.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES)
      throw new RoomfulError('TOO_LARGE', `expected a body of at most ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new RoomfulError('SHAPE', bodyRule)
  }
}

function preflight(response: ServerResponse, method: string): void {
  response.setHeader('access-control-allow-methods', method)
  response.setHeader('access-control-allow-headers', 'content-type')
  response.setHeader('access-control-max-age', '600')
  response.writeHead(204).end()
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return // the client has closed the connection
  const code = error instanceof RoomfulError && Object.hasOwn(statusOf, error.code) ? error.code : 'INTERNAL'
  if (code === 'INTERNAL') logError(error, { during: 'request' })
  if (code === 'TOO_LARGE') response.setHeader('connection', 'close')
  const message = code === 'INTERNAL' ? 'the request failed on the server' : (error as Error).message
  send(response, statusOf[code] ?? 500, { error: { code, message } })
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader('cache-control', 'no-store')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
