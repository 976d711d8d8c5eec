import { RoomfulError } from '@roomful/contract'
import { type Hello, wire } from '@roomful/contract/protocol'
import type { ClientCore } from '../client-core.ts'
import { type AuthContext, type AuthFunction, type Credentials, credentialsOf } from '../connection/auth.ts'
import { isConnectionLoss, requestedWaitMs } from '../errors.ts'
import { handled, settledBy } from '../promises.ts'
import { retryDelay } from '../retry-delay.ts'
import { renewalTime, stopwatch } from './renewal-time.ts'
import type { ServerLink } from './roomful-rooms.ts'
import { granted, isUser } from './wire-messages.ts'

/** Between two looks at the clock, since a timer stands still while the device sleeps. */
const LOOK_MS = 60_000
const MAX_RETRY_MS = 30_000

/** The credentials of the connection. */
interface Token {
  readonly lifeMs: number
  readonly age: () => number
}

/** Asks `auth` for new credentials before those of the connection end, and sends them with `$auth`. SPEC.md, rule CN22. */
export class TokenRenewal {
  readonly #core: ClientCore
  readonly #link: Pick<ServerLink, 'request'>
  readonly #onUser: (user: Hello['user']) => void
  #token: Token | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The running call of `auth`. */
  #asking: { readonly answer: Promise<Credentials>; readonly abort: () => void } | undefined

  /** `onUser` gets the user whose details have changed. */
  constructor(core: ClientCore, link: Pick<ServerLink, 'request'>, onUser: (user: Hello['user']) => void) {
    this.#core = core
    this.#link = link
    this.#onUser = onUser
    core.connection.store.subscribe(({ status }) => {
      if (status === 'connected') return
      this.#forget()
      if (status === 'disconnected') this.#asking?.abort()
    })
  }

  onConnected({ capabilities, expiresAt = NaN, now }: Hello): void {
    const { settings, reporting } = this.#core
    if (typeof settings.auth === 'function') {
      if (capabilities.includes('auth')) this.#follow(expiresAt - now)
    } else if (process.env.NODE_ENV !== 'production' && expiresAt)
      reporting.warnOnce(
        'expiring',
        'the credentials of this connection end, and auth is no function that could give others: the client will be disconnected (refused)',
      )
  }

  /** Calls `auth` for an attempt to connect; never while a renewal is asking it. */
  async ask(auth: AuthFunction, context: AuthContext): Promise<Credentials | undefined> {
    const asking = this.#asking
    if (!asking) return auth(context)
    context.signal.addEventListener('abort', asking.abort)
    if (context.reason !== 'refused') return asking.answer
    await asking.answer.catch(() => {})
    return context.signal.aborted ? undefined : auth(context)
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#token = undefined
  }

  #follow(lifeMs: number): void {
    this.#forget()
    if (!(lifeMs > 0)) return
    this.#token = { lifeMs, age: stopwatch() }
    this.#schedule(this.#token, renewalTime(lifeMs), 1)
  }

  /** Renews at that age of the token. */
  #schedule(token: Token, age: number, attempt: number): void {
    const waitMs = age - token.age()
    if (waitMs <= 0) void this.#renew(token, attempt)
    else this.#timer = setTimeout(() => this.#schedule(token, age, attempt), Math.min(waitMs, LOOK_MS))
  }

  async #renew(token: Token, attempt: number): Promise<void> {
    const isOver = (): boolean => this.#token !== token
    try {
      const auth = await this.#ask()
      if (isOver()) return
      const answer = await this.#link.request(wire.auth, { auth }, this.#core.settings.ackTimeoutMs)
      const { user, now, expiresAt } = granted(wire.auth, answer)
      if (isOver()) return
      this.#follow(Number(expiresAt) - Number(now))
      if (isUser(user)) this.#onUser(user)
    } catch (error) {
      if (!isOver()) this.#onFailed(token, RoomfulError.from(error), attempt)
    }
  }

  #ask(): Promise<Credentials> {
    const { auth, connectTimeoutMs: timeoutMs } = this.#core.settings
    const aborting = new AbortController()
    let abort = (): void => {}
    const answer = settledBy<Credentials>(
      { timeoutMs },
      (ms) => new RoomfulError('AUTH_FAILED', `auth did not answer within ${ms} ms`),
      (resolve, reject) => {
        abort = () => reject(new RoomfulError('AUTH_FAILED', 'the attempt that asked for credentials has ended'))
        credentialsOf(auth, { reason: 'expiring', signal: aborting.signal }).then(resolve, reject)
        return () => {
          this.#asking = undefined
          aborting.abort()
        }
      },
    )
    this.#asking = { answer: handled(answer), abort: () => abort() }
    return answer
  }

  /** Tries again until the credentials end; then the server says `$bye`, and the next attempt to connect asks. */
  #onFailed(token: Token, error: RoomfulError, attempt: number): void {
    const { connection, reporting } = this.#core
    if (isConnectionLoss(error)) return
    // The app signs in as another user: a connection has one user, so that it takes another connection.
    if (error.refusal && error.code === 'FORBIDDEN') return connection.dismissed(error, 0, false)
    if (attempt === 1) reporting.report(error, 'auth')
    else reporting.inspect({ type: 'error', error, source: 'auth' })
    const atLeastMs = requestedWaitMs(error)
    const retryAt =
      token.age() + retryDelay({ attempt, firstMs: 1_000, maxMs: MAX_RETRY_MS, atLeastMs, jitter: 'half' })
    if (retryAt < token.lifeMs) this.#schedule(token, retryAt, attempt + 1)
  }
}
