import type { AuthAnswer } from '@roomful/contract/protocol'
import { EXPIRED, identify, type Identity } from './authenticate.ts'
import type { CallbackRunner } from '../callback-runner.ts'
import { Expiry } from './expiry.ts'
import { refuse } from '../refuse.ts'
import { parseAuth } from './requests.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

interface CredentialsParts {
  readonly settings: Settings
  readonly callbacks: CallbackRunner
}

interface CredentialsOwner {
  /** The credentials have ended. */
  onExpired(): void
  /** The client has sent others: the identity has its new user and claims. */
  onReplaced(isUserChanged: boolean): void
}

/** The credentials of one connection: when they end, and how `$auth` replaces them (S21). */
export class Credentials {
  readonly #socket: SocketIoSocket
  readonly #identity: Identity | null
  readonly #owner: CredentialsOwner
  readonly #parts: CredentialsParts
  readonly #expiry: Expiry
  #isAsking = false
  #ended = false

  constructor(socket: SocketIoSocket, identity: Identity | null, owner: CredentialsOwner, parts: CredentialsParts) {
    this.#owner = owner
    this.#socket = socket
    this.#identity = identity
    this.#parts = parts
    this.#expiry = new Expiry(owner)
    this.#expiry.set(identity?.expiresAt)
  }

  /** @throws RefusalError `UNAUTHORIZED` after the end of the credentials, however late the timer is. */
  assertValid(): void {
    if (!this.#expiry.isOver) return
    this.#owner.onExpired()
    throw refuse('UNAUTHORIZED', EXPIRED)
  }

  /** Answers `$auth`. Whatever fails, the connection goes on with the credentials that it has. */
  async replace(raw: unknown): Promise<AuthAnswer> {
    const { auth } = parseAuth(raw)
    if (this.#isAsking) throw refuse('RATE', 'a connection may send one $auth at a time')
    this.#isAsking = true
    try {
      const next = await identify(this.#socket, auth, this.#parts.settings, this.#parts.callbacks)
      if (this.#ended) throw refuse('UNAVAILABLE', 'the connection has ended')
      return this.#use(next)
    } finally {
      this.#isAsking = false
    }
  }

  stop(): void {
    this.#ended = true
    this.#expiry.stop()
  }

  /** SEC33: the user of a connection never changes. */
  #use(next: Identity | null): AuthAnswer {
    const identity = this.#identity
    if (identity?.wire.id !== next?.wire.id) throw refuse('FORBIDDEN', 'these are the credentials of another user')
    if (identity === null || next === null) return { ok: true, now: Date.now() }
    const isUserChanged = JSON.stringify(identity.wire) !== JSON.stringify(next.wire)
    Object.assign(identity, next)
    this.#expiry.set(next.expiresAt)
    this.#owner.onReplaced(isUserChanged)
    return {
      ok: true,
      now: Date.now(),
      ...(next.expiresAt !== undefined && { expiresAt: next.expiresAt }),
      ...(isUserChanged && { user: next.wire }),
    }
  }
}
