import { type AuthContext, RoomfulError } from '@roomful/client'
import { userSchema } from '@roomful-demo/chat-contract'
import { create } from 'zustand'
import type { Person } from './people.ts'
import { server } from './server.ts'

export interface Session {
  readonly token: string
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number
  readonly user: Person
}

interface SessionState {
  readonly session: Session | undefined
  /** Why nobody is signed in any more, for the name screen. */
  readonly notice?: string
}

const STORAGE_KEY = `roomful-chat:session:${server.url}`
const RENEW_BEFORE_MS = 30 * 60_000
const REQUEST_TIMEOUT_MS = 10_000

/** Who we are. A tab's own: two tabs may be two people, and a reload keeps you in. */
export const useSession = create<SessionState>()(() => ({ session: storedSession() }))

/** Asks the server for a session under this name; throws a sentence to show. */
export async function signIn(name: string): Promise<void> {
  keep(await postSession({ name }, AbortSignal.timeout(REQUEST_TIMEOUT_MS)))
}

export function signOut(notice?: string): void {
  store(undefined)
  useSession.setState({ session: undefined, ...(notice !== undefined && { notice }) }, true)
}

/** What the client shows the server before each attempt to connect: a token, renewed where the old one will not do. */
export async function credentials({ reason, signal }: AuthContext): Promise<{ token: string }> {
  const { session } = useSession.getState()
  if (!session) throw new RoomfulError('UNAUTHORIZED', 'nobody is signed in')
  if (reason === 'connect' && !isStale(session)) return { token: session.token }
  return { token: await renewed(session, signal) }
}

/** Renews a session of which less than half an hour is left: what a page does that stays open. */
export async function renewIfStale(): Promise<void> {
  const { session } = useSession.getState()
  if (session && isStale(session)) await renewed(session, AbortSignal.timeout(REQUEST_TIMEOUT_MS))
}

async function renewed(session: Session, signal: AbortSignal): Promise<string> {
  try {
    const next = await postSession({ token: session.token }, signal)
    // While we asked, the person may have signed out.
    if (useSession.getState().session) keep({ ...next, user: session.user })
    return next.token
  } catch (error) {
    if (error instanceof RoomfulError && error.code === 'UNAUTHORIZED')
      signOut('Your session has ended. Enter your name to come back.')
    throw error
  }
}

async function postSession(body: { name: string } | { token: string }, signal: AbortSignal): Promise<Session> {
  const response = await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    throw new RoomfulError('UNREACHABLE', `The server at ${server.url} does not answer.`, { cause })
  })
  const answer = (await response.json().catch(() => undefined)) as unknown
  if (!response.ok) throw refusalIn(answer)
  const session = sessionIn(answer)
  if (session) return session
  throw new RoomfulError('UNSUPPORTED', `What answers at ${server.url} is not the chat’s server.`)
}

function refusalIn(answer: unknown): RoomfulError {
  const { error } = (answer ?? {}) as { error?: { code?: unknown; message?: unknown } }
  if (typeof error?.code === 'string' && typeof error.message === 'string')
    return new RoomfulError(error.code, error.message)
  return new RoomfulError('UNSUPPORTED', `What answers at ${server.url} is not the chat’s server.`)
}

function sessionIn(value: unknown): Session | undefined {
  const { token, expiresAt, user } = (value ?? {}) as Record<string, unknown>
  const { data } = userSchema.safeParse(user)
  return typeof token === 'string' && typeof expiresAt === 'number' && data
    ? { token, expiresAt, user: data }
    : undefined
}

function keep(session: Session): void {
  store(session)
  useSession.setState({ session }, true)
}

function store(session: Session | undefined): void {
  try {
    if (session) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session))
    else sessionStorage.removeItem(STORAGE_KEY)
  } catch {
    // A browser that stores nothing: the session ends with the page.
  }
}

function isStale({ expiresAt }: Session): boolean {
  return expiresAt - Date.now() < RENEW_BEFORE_MS
}

function storedSession(): Session | undefined {
  try {
    return sessionIn(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null'))
  } catch {
    return undefined // not ours: as if there were none
  }
}
