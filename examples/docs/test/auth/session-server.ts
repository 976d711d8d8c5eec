import type { Server as HttpServer } from 'node:http'
import { createRooms, identity, refuse } from '@roomful/server'
import type { Express, Request, RequestHandler } from 'express'
import session, { type SessionData, type Store } from 'express-session'
import { Server } from 'socket.io'
import { chat } from './contract.ts'

declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string }
  }
}

/** `origin` is that of the page and of this server: `https://chat.example`. */
export function serveWithSessions(app: Express, http: HttpServer, origin: string, store: Store, maxAge = 3_600_000) {
  const secret = process.env['SESSION_SECRET']
  if (!secret) throw new Error('set SESSION_SECRET to a long random text')
  const sessions = session({
    store,
    secret,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    proxy: true, // a proxy ends TLS
    cookie: { maxAge, sameSite: 'lax', secure: origin.startsWith('https:') },
  })
  app.use(sessions)

  // Each use of the session moves its end.
  app.post('/session', (request, response) => void response.sendStatus(request.session.user ? 204 : 401))

  const io = new Server(http, {
    // The page of another site can open a WebSocket with the user's cookie, and `cors` does not refuse it.
    allowRequest: ({ headers }, answer) => answer(null, headers.origin === undefined || headers.origin === origin),
  })
  io.engine.use(ofHandshake(sessions))
  createRooms(io, {
    contract: chat,
    authenticate: async ({ request }) => {
      const current = await storedSession(request as Request)
      if (!current?.user) throw refuse('UNAUTHORIZED', 'sign in first')
      const { expires } = current.cookie
      return identity(current.user, { expiresAt: expires ? new Date(expires).getTime() : undefined })
    },
  })
  return io
}

/** Runs the middleware for the first request of a connection only, not for each packet of polling. */
function ofHandshake(middleware: RequestHandler) {
  return (request: Request & { _query: { sid?: string } }, response: Parameters<RequestHandler>[1], next: () => void) =>
    request._query.sid === undefined ? middleware(request, response, next) : next()
}

/** The session as it is in the store now, if there is one. Rejects if the store fails: the client tries again then. */
function storedSession({ sessionStore, sessionID }: Request): Promise<SessionData | null | undefined> {
  return new Promise((resolve, reject) => {
    sessionStore.get(sessionID, (error, stored) => (error ? reject(error) : resolve(stored)))
  })
}
