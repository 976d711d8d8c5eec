import { type AuthContext, RoomfulError } from '@roomful/client'
import { userSchema } from '@roomful-demo/chat-contract'
import { create } from 'zustand'
import type { Person } from './people.ts'
import { server } from './server.ts'

export interface Session {
  readonly token: string
  readonly user: Person
}

interface SessionState {
  readonly session: Session | undefined
  /** Why the session has ended, for the name screen. */
  readonly notice?: string
}

const STORAGE_KEY = `roomful-chat:session:${server.url}`
const REQUEST_TIMEOUT_MS = 10_000

/** The session of this tab. Two tabs may have two users, and a reload keeps the session. */
export const useSession = create<SessionState>()(() => ({ session: storedSession() }))

/** Asks the server for a session with this name. Throws an error with a message for the user. */
export async function signIn(name: string): Promise<void> {
  saveSession(await postSession({ name }, AbortSignal.timeout(REQUEST_TIMEOUT_MS)))
}

export function signOut(notice?: string): void {
  store(undefined)
  useSession.setState({ session: undefined, ...(notice !== undefined && { notice }) }, true)
}

/** The client's `auth`: returns the token, or a new one if it is about to expire or was refused. */
export async function credentials({ reason, signal }: AuthContext): Promise<{ token: string }> {
  const { session } = useSession.getState()
  if (!session) throw new RoomfulError('UNAUTHORIZED', 'unable to connect; sign in first')
  return { token: reason === 'connect' ? session.token : await renew(session, signal) }
}

async function renew(session: Session, signal: AbortSignal): Promise<string> {
  try {
    const next = await postSession({ token: session.token }, signal)
    // The user may have signed out during the request.
    if (useSession.getState().session) saveSession({ ...next, user: session.user })
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
  const { token, user } = (value ?? {}) as Record<string, unknown>
  const { data } = userSchema.safeParse(user)
  return typeof token === 'string' && data ? { token, user: data } : undefined
}

function saveSession(session: Session): void {
  store(session)
  useSession.setState({ session }, true)
}

function store(session: Session | undefined): void {
  try {
    if (session) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session))
    else sessionStorage.removeItem(STORAGE_KEY)
  } catch {
    // The browser refuses to store data: the session ends with the page.
  }
}

function storedSession(): Session | undefined {
  try {
    return sessionIn(JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null'))
  } catch {
    return undefined // not a session of this app
  }
}
