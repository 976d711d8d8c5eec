import { RoomfulError } from '@roomful/contract'
import type { Hello } from '@roomful/contract/protocol'
import type { StoreApi } from 'zustand/vanilla'
import { afterMs, isPassing } from '../events/refusal.ts'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import type { SocketHandlers, SocketPort } from '../transport/socket-port.ts'
import { type Auth, credentialsOf } from './auth.ts'
import { backOffMs, type ReconnectOptions } from './back-off.ts'
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionState,
  type Guarantees,
  type RetryReason,
  type StopReason,
} from './connection-state.ts'
import { isOffline, watchPage } from './page-lifecycle.ts'

export interface ConnectionSettings {
  readonly auth: Auth | undefined
  readonly connectTimeoutMs: number
  readonly helloTimeoutMs: number
  readonly reconnect: ReconnectOptions
  /** Whether the app says that the server is a plain one: its hello is not waited for. */
  readonly plain: boolean
}

export interface ConnectionHooks {
  readonly changed: (from: ConnectionState<unknown>, to: ConnectionState<unknown>) => void
  /** Connected, or told later that the server speaks roomful/1: `hello` is undefined on a plain one. */
  readonly up: (hello: Hello | undefined, recovered: boolean) => void
  /** Not connected any more; `stopped` where nobody seeks a connection now. */
  readonly down: (error: RoomfulError, stopped: boolean) => void
  readonly userOf: (hello: Hello | undefined) => unknown
  readonly guaranteesOf: (hello: Hello | undefined) => Guarantees
}

/** Drives the connection's state: attempts that always end, retries, credentials. SPEC.md, rules CN. */
export class Connection implements Omit<SocketHandlers, 'packet'> {
  readonly store: StoreApi<ConnectionState<unknown>>
  readonly #settings: ConnectionSettings
  readonly #hooks: ConnectionHooks
  readonly #port: SocketPort
  /** The running attempt; its signal is what `auth` gets. */
  #attempt: AbortController | undefined
  /** The end of the running attempt, of the wait for a hello, or of the wait between attempts: one at a time. */
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the running attempt has had its time. */
  #endsAt = 0
  #failures = 0
  /** After a refusal, `auth` is asked once for other credentials: until it has given some, and then no more. */
  #refresh: 'no' | 'due' | 'done' = 'no'
  #opened: { readonly id: string; readonly recovered: boolean } | undefined
  #hello: Hello | undefined
  /** Whether the last connect was to a plain server: then no hello is waited for. */
  #wasPlain = false
  #unwatchPage = (): void => {}

  constructor(settings: ConnectionSettings, hooks: ConnectionHooks, port: SocketPort, report: Report) {
    this.#settings = settings
    this.#hooks = hooks
    this.#port = port
    this.store = createGuardedStore<ConnectionState<unknown>>({ status: 'idle' }, report, (to, from) =>
      this.#follow(to, from),
    )
  }

  connect(): void {
    if (this.#status !== 'idle' && this.#status !== 'disconnected') return this.#wake()
    this.#failures = 0
    this.#refresh = 'no'
    this.#unwatchPage = watchPage(() => this.#wake())
    this.#go({ type: 'connect', since: Date.now() })
    this.#try()
  }

  stop(reason: StopReason, error?: RoomfulError): void {
    if (this.#status === 'disconnected') return
    this.#end()
    this.#unwatchPage()
    this.#go({ type: 'stopped', reason, ...(error && { error }) })
  }

  opened(id: string, recovered: boolean): void {
    if (!this.#attempt) return
    this.#opened = { id, recovered }
    if (this.#hello || this.#settings.plain || this.#wasPlain) return this.#ready()
    clearTimeout(this.#timer)
    const restMs = Math.max(0, this.#endsAt - performance.now())
    this.#timer = setTimeout(() => this.#ready(), Math.min(this.#settings.helloTimeoutMs, restMs))
  }

  /** The server says that it speaks roomful/1: before the connect, with it, or late. */
  hello(hello: Hello): void {
    if (this.#settings.plain || this.#hello) return
    this.#hello = hello
    this.#ready()
  }

  /** What holds has changed, while we are connected. */
  reassured(): void {
    const state = this.store.getState()
    if (state.status !== 'connected') return
    this.#go({ ...state, type: 'opened', guarantees: this.#hooks.guaranteesOf(this.#hello) })
  }

  failed(error: RoomfulError, refused: boolean): void {
    const wasTrying = this.#attempt !== undefined
    if (!wasTrying && this.#status !== 'connected') return
    this.#end()
    if (!refused || !wasTrying) return this.#retry('transport', error)
    if (isPassing(error.code)) return this.#retry('server', error)
    if (typeof this.#settings.auth !== 'function' || this.#refresh === 'done') return this.stop('refused', error)
    this.#refresh = 'due'
    this.#try()
  }

  closed(error: RoomfulError, kicked: boolean): void {
    if (kicked) this.stop('kicked', error)
    else this.failed(error, false)
  }

  get #status(): ConnectionState['status'] {
    return this.store.getState().status
  }

  #try(): void {
    if (this.#status !== 'connecting' && this.#status !== 'reconnecting') return
    this.#endAttempt()
    const { auth, connectTimeoutMs } = this.#settings
    this.#attempt = new AbortController()
    const { signal } = this.#attempt
    this.#endsAt = performance.now() + connectTimeoutMs
    const reason = this.#refresh === 'due' ? 'refused' : 'connect'
    let late: RetryReason = 'auth'
    this.#timer = setTimeout(() => {
      const sentence = `${late === 'auth' ? 'auth' : 'the server'} did not answer within ${connectTimeoutMs} ms`
      this.#abandon(late, new RoomfulError(late === 'auth' ? 'AUTH_FAILED' : 'TIMEOUT', sentence))
    }, connectTimeoutMs)
    credentialsOf(auth, { reason, signal }).then(
      (credentials) => {
        if (signal.aborted) return
        late = 'transport'
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
      this.stop('refused', new RoomfulError('INVALID_ARGUMENT', 'unable to connect with these options', { cause }))
    }
  }

  #abandon(reason: RetryReason, error: RoomfulError): void {
    this.#end(true)
    this.#retry(reason, error)
  }

  #retry(reason: RetryReason, error: RoomfulError): void {
    const { reconnect } = this.#settings
    this.#failures += 1
    if (this.#failures > (reconnect.attempts ?? Infinity)) {
      const sentence = `gave up after ${this.#failures} attempts: ${error.message}`
      return this.stop('exhausted', new RoomfulError('EXHAUSTED', sentence, { cause: error }))
    }
    const waitMs = Math.max(backOffMs(this.#failures, reconnect), afterMs(error))
    this.#timer = setTimeout(() => this.#try(), waitMs)
    this.#go({
      type: 'retry',
      reason: isOffline() ? 'offline' : reason,
      error,
      attempt: this.#failures,
      nextAttemptAt: Date.now() + waitMs,
      since: Date.now(),
    })
  }

  /** The network or the page is back, or the app will not wait: end the back-off. */
  #wake(): void {
    if (this.#status === 'reconnecting' && !this.#attempt) this.#try()
  }

  #ready(): void {
    if (!this.#opened) return
    clearTimeout(this.#timer)
    this.#attempt = undefined
    this.#failures = 0
    this.#refresh = 'no'
    this.#wasPlain = this.#hello === undefined
    const { userOf, guaranteesOf } = this.#hooks
    this.#go({ type: 'opened', ...this.#opened, user: userOf(this.#hello), guarantees: guaranteesOf(this.#hello) })
  }

  /** `isStuck`: the attempt took too long. */
  #end(isStuck?: boolean): void {
    this.#endAttempt()
    this.#port.close(isStuck)
  }

  /** What it brings from now on is not the next one's. */
  #endAttempt(): void {
    clearTimeout(this.#timer)
    this.#attempt?.abort(new RoomfulError('DISCONNECTED', 'this attempt to connect has ended'))
    this.#attempt = undefined
    this.#opened = undefined
    this.#hello = undefined
  }

  #go(event: ConnectionEvent): void {
    this.store.setState(connectionState(this.store.getState(), event), true)
  }

  /** Our own part of a change, before the app hears of it: a listener may connect or disconnect at once. */
  #follow(to: ConnectionState<unknown>, from: ConnectionState<unknown>): void {
    const { changed, up, down } = this.#hooks
    changed(from, to)
    // Our server keeps no session for Socket.IO's own recovery: its rooms are always joined again.
    if (to.status === 'connected') {
      // Told twice: only a server that turned out to be of another kind is news to rooms.
      if (from.status !== 'connected' || from.guarantees.rooms !== to.guarantees.rooms)
        up(this.#hello, to.recovered && !this.#hello)
    } else if (to.status === 'disconnected') down(to.error ?? stoppedByApp(), true)
    else if (from.status === 'connected' && to.status === 'reconnecting') down(to.error, false)
  }
}

const stoppedByApp = (): RoomfulError =>
  new RoomfulError('DISCONNECTED', 'disconnect() was called: connect() starts again')
