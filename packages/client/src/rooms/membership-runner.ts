import type { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import { untilState } from '../promises.ts'
import { Membership } from './membership.ts'
import type { MembershipInput, MembershipOutput } from './membership-types.ts'
import type { Joined } from './room-protocol.ts'
import { joinVerdict, type RoomState } from './room-state.ts'

const RELEASE_DELAY_MS = 100
const RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

export interface MembershipRunnerHooks {
  readonly nameError: RoomfulError | undefined
  isNeeded(): boolean
  join(onLate: (refusal?: RoomfulError) => void): Promise<Joined>
  leave(): Promise<void>
  onMembers(answer: Joined): void
  onJoined(answer: Joined, by: 'app' | 'outbox'): void
  onRefused(error: RoomfulError): void
  changed(from: RoomState, to: RoomState): void
}

/** Performs what the membership core says: requests, timers, and the store that the app watches. */
export class MembershipRunner {
  readonly store: StoreApi<RoomState>
  readonly #core: Membership
  readonly #hooks: MembershipRunnerHooks
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #releaseTimer: ReturnType<typeof setTimeout> | undefined
  #whenIdle: (() => void)[] = []

  constructor(hooks: MembershipRunnerHooks, report: Report) {
    this.#hooks = hooks
    this.#core = new Membership(hooks.nameError)
    this.store = createGuardedStore<RoomState>(this.#core.state, report, (to, from) => hooks.changed(from, to))
  }

  join(): Promise<void> {
    this.step({ type: 'join' })
    return untilState(this.store, joinVerdict)
  }

  /** Resolves when the server has answered, or when it will be told later. */
  leave(): Promise<void> {
    this.step({ type: 'leave' })
    return this.store.getState().status === 'leaving' || !this.#hooks.isNeeded() ? this.#idle() : Promise.resolve()
  }

  retain(): () => void {
    this.step({ type: 'hold' })
    let isReleased = false
    return () => {
      if (!isReleased) this.step({ type: 'release' })
      isReleased = true
    }
  }

  /** Resolves when the requests that are due now have their answers. */
  connected(isRecovered: boolean): Promise<void> {
    this.step({ type: 'connected', isRecovered })
    return this.#idle()
  }

  step(input: MembershipInput): void {
    this.#perform(this.#core.step({ type: 'needed', isNeeded: this.#hooks.isNeeded() }))
    this.#perform(this.#core.step(input))
    if (!this.#core.isBusy) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Whether a request is in flight. */
  get isBusy(): boolean {
    return this.#core.isBusy
  }

  #idle(): Promise<void> {
    if (!this.#core.isBusy) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #perform(outputs: readonly MembershipOutput[]): void {
    for (const output of outputs) this.#do(output)
  }

  #do(output: MembershipOutput): void {
    switch (output.type) {
      case 'state':
        return this.store.setState(output.state, true)
      case 'join':
        return void this.#join(output.request)
      case 'leave':
        return void this.#leave(output.request)
      case 'members':
        return this.#hooks.onMembers(output.answer)
      case 'joined':
        return this.#hooks.onJoined(output.answer, output.for)
      case 'refused':
        return this.#hooks.onRefused(output.error)
      case 'retryLater': {
        const ownMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (output.attempt - 1))
        const waitMs = Math.max(ownMs, output.minMs) * (1 + Math.random() / 2)
        this.#retryTimer = setTimeout(() => this.step({ type: 'retryDue' }), waitMs)
        return
      }
      case 'cancelRetry':
        return clearTimeout(this.#retryTimer)
      case 'releaseLater':
        this.#releaseTimer = setTimeout(() => this.step({ type: 'releaseDue' }), RELEASE_DELAY_MS)
        return
      case 'cancelRelease':
        return clearTimeout(this.#releaseTimer)
    }
  }

  async #join(request: number): Promise<void> {
    try {
      const answer = await this.#hooks.join((error) =>
        this.step({ type: 'lateAnswer', request, ...(error && { error }) }),
      )
      this.step({ type: 'answer', request, answer })
    } catch (error) {
      this.step({ type: 'answer', request, error: error as RoomfulError })
    }
  }

  async #leave(request: number): Promise<void> {
    try {
      await this.#hooks.leave()
      this.step({ type: 'answer', request })
    } catch (error) {
      this.step({ type: 'answer', request, error: error as RoomfulError })
    }
  }
}
