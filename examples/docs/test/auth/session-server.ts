import type { Server as HttpServer } from 'node:http'
import { createRooms, identity, refuse } from '@roomful/server'
import type { Express, Request, RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import { Server } from 'socket.io'
import { chat } from './contract.ts'

declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string }
  }
}

export function serveWithSessions(app: Express, http: HttpServer, store: Store, maxAge = 3_600_000) {
  const secret = process.env['SESSION_SECRET'] ?? 'only for development'
  const sessions = session({
    store,
    secret,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { maxAge },
  })
  app.use(sessions)

  // Each use of the session moves its end.
  app.post('/session', (request, response) => void response.sendStatus(request.session.user ? 204 : 401))

  const io = new Server(http)
  io.engine.use(ofHandshake(sessions))
  createRooms(io, {
    contract: chat,
    authenticate: async ({ request }) => {
      const { user, cookie } = await currentSession(request as Request)
      if (user === undefined) throw refuse('UNAUTHORIZED', 'sign in first')
      return identity(user, { expiresAt: cookie.expires?.getTime() })
    },
  })
  return io
}

/** Runs the middleware for the first request of a connection only, not for each packet of polling. */
function ofHandshake(middleware: RequestHandler) {
  return (request: Request & { _query: { sid?: string } }, response: Parameters<RequestHandler>[1], next: () => void) =>
    request._query.sid === undefined ? middleware(request, response, next) : next()
}

/** The session as it is in the store now: it may have ended, or been used, since the handshake. */
function currentSession(request: Request): Promise<Request['session']> {
  return new Promise((resolve, reject) => {
    request.session.reload((error) =>
      error ? reject(refuse('UNAUTHORIZED', 'sign in again')) : resolve(request.session),
    )
  })
}
