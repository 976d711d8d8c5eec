import { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { isPermanent, requestedWaitMs, withVerdict } from '../errors.ts'
import type { Reporting } from '../reporting.ts'
import { retryDelay } from '../retry-delay.ts'
import { createGuardedStore } from '../store.ts'
import type { SocketHandlers, SocketPort } from '../transport/socket-port.ts'
import { credentialsOf } from './auth.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionState,
  type RetryReason,
  type ServerInfo,
  type StopReason,
} from './connection-state.ts'
import { isOffline, watchPage } from './page-lifecycle.ts'

/** In development a server that has not introduced itself by then is warned about. */
const WARN_AFTER_MS = 3_000
const NO_HELLO =
  'the server does not speak roomful/1 (it sent no $hello): mount @roomful/server on it, or use plainRooms()'

/** A connection that ends sooner does not reset the back-off. */
const STABLE_MS = 10_000

const CLOSED = new RoomfulError('DISCONNECTED', 'the client is closed')

type Status = ConnectionState['status']

/** Drives the connection's state: attempts that always end, retries, credentials. SPEC.md, rules CN. */
export class Connection implements Omit<SocketHandlers, 'packet' | 'resumed'> {
  readonly store: StoreApi<ConnectionState<unknown>>
  readonly #settings: ConnectionSettings
  readonly #knownInfo: () => ServerInfo | undefined
  readonly #port: SocketPort
  readonly #reporting: Reporting
  /** The running attempt; `auth` gets its signal. */
  #attempt: AbortController | undefined
  /** The end of the running attempt, or of the wait between two attempts. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #connectedAt = 0
  /** After a refusal `auth` is asked once for other credentials: `due` until it has given some, then `done`. */
  #refresh: 'no' | 'due' | 'done' = 'no'
  #opened: { readonly id: string; readonly recovered: boolean } | undefined
  #serverInfo: ServerInfo | undefined
  #warnTimer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false
  #unwatchPage = (): void => {}

  /**
   * `knownInfo` is what is known of every server; where it gives undefined, each server has to introduce itself.
   * `follow` is called with each change, before the app's listeners.
   */
  constructor(
    settings: ConnectionSettings,
    knownInfo: () => ServerInfo | undefined,
    port: SocketPort,
    reporting: Reporting,
    follow: (to: ConnectionState<unknown>, from: ConnectionState<unknown>) => void,
  ) {
    this.#settings = settings
    this.#knownInfo = knownInfo
    this.#port = port
    this.#reporting = reporting
    this.store = createGuardedStore<ConnectionState<unknown>>({ status: 'idle' }, reporting.report, follow)
  }

  connect(): void {
    if (this.#isClosed) return
    this.wake(false)
    if (this.#isActive) return
    this.#failures = 0
    this.#refresh = 'no'
    this.#unwatchPage = watchPage((mayBeDead) => this.wake(mayBeDead))
    this.#go({ type: 'connect', since: Date.now() })
    this.#try()
  }

  stop(reason: StopReason, error?: RoomfulError): void {
    this.#end() // also where the client is disconnected: it may still follow an existing socket
    this.stopped(reason, error)
  }

  stopped(reason: StopReason, error?: RoomfulError): void {
    if (this.#status === 'disconnected') return
    this.#endAttempt()
    this.#unwatchPage()
    this.#go({ type: 'stopped', reason, ...(error && { error }) })
  }

  /** Stops for good. */
  close(): void {
    this.#isClosed = true
    this.stop('client', CLOSED)
  }

  /** Why the client does not try to connect; undefined while it does, and before the first use. */
  stoppedBy(): RoomfulError | undefined {
    const state = this.store.getState()
    if (this.#isClosed) return CLOSED
    if (state.status !== 'disconnected') return undefined
    return new RoomfulError('DISCONNECTED', `not connected (${state.reason}); connect() connects again`, {
      ...(state.error && { cause: state.error }),
    })
  }

  opened(id: string, recovered: boolean): void {
    if (!this.#attempt) return
    this.#opened = { id, recovered }
    this.#ready()
    if (process.env.NODE_ENV !== 'production' && this.#attempt)
      this.#warnTimer = setTimeout(() => this.#reporting.warnOnce('hello', NO_HELLO), WARN_AFTER_MS)
  }

  /** The server has introduced itself, before or after the connection opened. */
  onServerInfo(info: ServerInfo): void {
    if (!this.#attempt) return
    this.#serverInfo = info
    this.#ready()
  }

  /** Ends the running attempt: the server sent what this client cannot use. False where no attempt is running. */
  reject(error: RoomfulError): boolean {
    if (!this.#attempt) return false
    this.#abandon('server', error)
    return true
  }

  /** Changes the user's details or the guarantees while connected. */
  setServerInfo(info: Partial<ServerInfo>): void {
    const state = this.store.getState()
    if (state.status === 'connected') this.#go({ ...state, type: 'opened', ...info })
  }

  failed(error: RoomfulError, refused: boolean): void {
    const wasTrying = this.#attempt !== undefined
    if (!wasTrying && this.#status !== 'connected') return
    this.#end()
    if (!refused || !wasTrying) return this.#retry('transport', error)
    if (!isPermanent(withVerdict(error, this.#settings.rooms.refusals ?? {}, this.#reporting.report)))
      return this.#retry('server', error)
    if (this.#refreshesAfter(error)) this.#try()
  }

  closed(error: RoomfulError, kicked: boolean, isDead = false): void {
    if (kicked) return this.stop('kicked', error)
    this.failed(error, false)
    if (isDead) this.#endWait()
  }

  /** The server ends the connection and lets the client come back; `isUnauthorized`: with other credentials. */
  dismissed(error: RoomfulError, waitMs: number, isUnauthorized: boolean): void {
    if (!this.#attempt && this.#status !== 'connected') return
    this.#end()
    if (!isUnauthorized) return this.#retry('server', error, waitMs)
    if (this.#refreshesAfter(error)) this.#retry('auth', error)
  }

  waiting(error: RoomfulError): void {
    if (!this.#attempt && this.#status !== 'connected') return
    this.#endAttempt()
    this.#retry('transport', error)
    this.#endWait()
  }

  /** The network, the page or the app is back. `mayBeDead`: the connection may have died without a sign. */
  wake(mayBeDead: boolean): void {
    if (this.#isActive) this.#port.checkAlive(mayBeDead)
    this.#endWait()
  }

  get #isActive(): boolean {
    return this.#status !== 'idle' && this.#status !== 'disconnected'
  }

  get #status(): Status {
    return this.store.getState().status
  }

  /** Whether the next attempt asks `auth` for other credentials; otherwise the client has stopped. */
  #refreshesAfter(error: RoomfulError): boolean {
    if (typeof this.#settings.auth !== 'function' || this.#refresh === 'done') this.stop('refused', error)
    else this.#refresh = 'due'
    return this.#refresh === 'due'
  }

  #try(): void {
    if (this.#status !== 'connecting' && this.#status !== 'reconnecting') return
    this.#endAttempt()
    const { auth, connectTimeoutMs } = this.#settings
    this.#attempt = new AbortController()
    const { signal } = this.#attempt
    const reason = this.#refresh === 'due' ? 'refused' : 'connect'
    let hasCredentials = false
    if (connectTimeoutMs < Infinity) this.#timer = setTimeout(() => this.#timeOut(hasCredentials), connectTimeoutMs)
    credentialsOf(auth, { reason, signal }).then(
      (credentials) => {
        if (signal.aborted) return
        hasCredentials = true
        if (reason === 'refused') this.#refresh = 'done'
        this.#open(credentials)
      },
      (error: RoomfulError) => {
        if (!signal.aborted) this.#abandon('auth', error)
      },
    )
  }

  #open(credentials: Readonly<Record<string, unknown>>): void {
    try {
      this.#port.open(credentials)
    } catch (cause) {
      const sentence = 'unable to connect with these options'
      const isOurs = cause instanceof RoomfulError
      this.stop('refused', isOurs ? cause : new RoomfulError('INVALID_ARGUMENT', sentence, { cause }))
    }
  }

  #timeOut(hasCredentials: boolean): void {
    const ms = this.#settings.connectTimeoutMs
    if (!hasCredentials) this.#abandon('auth', new RoomfulError('AUTH_FAILED', `auth did not answer within ${ms} ms`))
    else if (this.#opened) this.#abandon('server', new RoomfulError('UNSUPPORTED', NO_HELLO))
    else {
      const hint = this.#port.hint ? ` (${this.#port.hint})` : ''
      this.#abandon('transport', new RoomfulError('TIMEOUT', `the server did not answer within ${ms} ms${hint}`))
    }
  }

  #abandon(reason: RetryReason, error: RoomfulError): void {
    this.#end(true)
    this.#retry(reason, error)
  }

  #retry(reason: RetryReason, error: RoomfulError, atLeastMs: number = requestedWaitMs(error)): void {
    const { attempts = Infinity, minDelayMs = 250, maxDelayMs = 5_000 } = this.#settings.reconnect
    const now = Date.now()
    if (this.#status === 'connected' && now - this.#connectedAt >= STABLE_MS) this.#failures = 0
    const attempt = (this.#failures += 1)
    if (attempt > attempts) {
      const sentence = `gave up after ${attempt} attempt${attempt === 1 ? '' : 's'}: ${error.message}`
      return this.stop('exhausted', new RoomfulError('EXHAUSTED', sentence, { cause: error }))
    }
    const waitMs = retryDelay({ attempt, firstMs: minDelayMs, maxMs: maxDelayMs, atLeastMs, jitter: 'full' })
    this.#timer = setTimeout(() => this.#try(), waitMs)
    this.#go({
      type: 'retry',
      reason: isOffline() ? 'offline' : reason,
      error,
      attempt,
      nextAttemptAt: now + waitMs,
      since: now,
    })
  }

  /** Begins the next attempt at once. */
  #endWait(): void {
    if (this.#status === 'reconnecting' && !this.#attempt) this.#try()
  }

  #ready(): void {
    const info = this.#serverInfo ?? this.#knownInfo()
    if (!this.#opened || !info) return
    clearTimeout(this.#timer)
    clearTimeout(this.#warnTimer)
    this.#attempt = undefined
    this.#connectedAt = Date.now()
    this.#refresh = 'no'
    this.#go({ type: 'opened', ...this.#opened, ...info })
  }

  /** `isStuck`: the attempt took too long. */
  #end(isStuck?: boolean): void {
    this.#endAttempt()
    this.#port.close(isStuck)
  }

  /** Whatever this attempt brings from now on changes nothing. */
  #endAttempt(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#warnTimer)
    this.#attempt?.abort(new RoomfulError('DISCONNECTED', 'this attempt to connect has ended'))
    this.#attempt = undefined
    this.#opened = undefined
    this.#serverInfo = undefined
  }

  #go(event: ConnectionEvent): void {
    this.store.setState(connectionState(this.store.getState(), event), true)
  }
}
