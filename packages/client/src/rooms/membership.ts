import { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { afterMs, isConnectionLoss, isPermanent } from '../events/refusal.ts'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import { untilState } from '../promises.ts'
import type { MembershipHooks } from './membership-hooks.ts'
import type { Joined } from './room-protocol.ts'
import { isOut, type RoomEvent, type RoomState, roomState } from './room-state.ts'

/** A moment, so that unmounting and mounting again (StrictMode, a changed page) is no leave. */
const RELEASE_DELAY_MS = 100
/** The first wait before a join that was refused for now, or not answered, is tried again; it doubles up to the longest. */
const RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

/** Keeps one room's membership as the app wants it: joins, leaves, joins again after each outage. SPEC.md, rules RM. */
export class Membership {
  readonly store: StoreApi<RoomState>
  readonly #hooks: MembershipHooks
  #holders = 0
  /** Whether the app itself said `join`; then the last holder to go does not leave. */
  #ordered = false
  #releaseTimer: ReturnType<typeof setTimeout> | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #retries = 0
  /** The room's requests go out one after the other, each when the last was answered, so that they cannot overtake. */
  #requests: Promise<void> = Promise.resolve()
  /** Numbers what is wanted; an answer to anything but the newest wish changes nothing. */
  #wish = 0
  /** The server counts us in, for all we know: a join went out, also one whose answer was lost, and no leave has ended it. */
  #mayBeIn = false
  /** Numbers the joins: a late refusal of an earlier one says nothing of the last. */
  #asked = 0

  constructor(hooks: MembershipHooks, report: Report) {
    this.#hooks = hooks
    this.store = createGuardedStore<RoomState>({ status: 'left' }, report, (to, from) => hooks.changed(from, to))
  }

  join(): Promise<void> {
    this.#ordered = true
    this.#enter()
    return untilState(this.store, verdict)
  }

  /** The app is out at once; the server hears of it when nothing of ours waits in the room (C10). */
  leave(): Promise<void> {
    this.#ordered = false
    if (!this.#hooks.isNeeded()) this.#stopRetry() // else the next try is for the messages that wait
    const wasIn = this.store.getState().status === 'joined'
    if (!this.#go({ type: 'leave' })) return Promise.resolve()
    if (this.store.getState().status !== 'leaving') return this.idle()
    if (!this.#hooks.isNeeded()) return this.#requestLeave()
    this.#wish += 1
    this.#go({ type: 'done' })
    if (!wasIn) void this.errand()
    return Promise.resolve()
  }

  retain(): () => void {
    this.#holders += 1
    clearTimeout(this.#releaseTimer)
    this.#enter()
    let released = false
    return () => {
      if (released) return
      released = true
      this.#holders -= 1
      if (this.#holders > 0 || this.#ordered) return
      this.#releaseTimer = setTimeout(() => {
        if (!this.#ordered) void this.leave()
      }, RELEASE_DELAY_MS)
    }
  }

  /** Resolves when every request that was due has been answered, or has timed out. */
  up(recovered: boolean): Promise<void> {
    if (this.#hooks.unusable) return Promise.resolve()
    if (!recovered) this.#mayBeIn = false // nobody is in anything over a new connection
    this.#go({ type: 'up', recovered })
    const { status } = this.store.getState()
    if (status === 'joining') return this.#requestJoin()
    const isIn = recovered && (status === 'joined' || (status === 'left' && this.#mayBeIn))
    if (!isIn) return this.errand()
    if (status === 'left' && !this.#hooks.isNeeded()) return this.#requestLeave()
    this.#hooks.admitted({ acknowledged: true })
    return Promise.resolve()
  }

  down(error?: RoomfulError): void {
    this.#wish += 1
    this.#stopRetry()
    this.#go(error ? { type: 'down', error } : { type: 'down' })
  }

  /** Into the room again: we have lost our place in it, or the server has. */
  rejoin(): void {
    const { status } = this.store.getState()
    if (status === 'left') void this.errand()
    else if (status === 'joined' || (status === 'failed' && !this.#hooks.unusable)) {
      this.#go({ type: 'up', recovered: false })
      void this.#requestJoin()
    }
  }

  /** Goes in for the messages that wait, where the app is not in. */
  errand(): Promise<void> {
    const isDue = (): boolean =>
      this.store.getState().status === 'left' && this.#hooks.isNeeded() && this.#hooks.isReady()
    if (!isDue()) return Promise.resolve()
    const wish = ++this.#wish
    return this.#request(async () => {
      if (wish !== this.#wish || !isDue()) return
      try {
        const joined = await this.#ask()
        this.#retries = 0
        if (wish !== this.#wish) return
        if (this.#hooks.isNeeded()) this.#hooks.admitted(joined)
        else void this.#requestLeave() // it was discarded meanwhile
      } catch (error) {
        if (wish === this.#wish) this.#refused(error as RoomfulError)
      }
    })
  }

  /** The server hears of a leave that it does not know of, once nothing of ours waits in the room. */
  idle(): Promise<void> {
    const isDue = this.#mayBeIn && this.store.getState().status === 'left' && !this.#hooks.isNeeded()
    return isDue && this.#hooks.isReady() ? this.#requestLeave() : Promise.resolve()
  }

  #enter(): void {
    if (!this.#go({ type: 'join' })) return
    if (this.#hooks.unusable) return void this.#go({ type: 'refused', error: this.#hooks.unusable })
    const error = this.#hooks.stoppedBy()
    if (error) this.#go({ type: 'down', error })
    else if (this.#hooks.isReady()) void this.#requestJoin()
  }

  #requestJoin(): Promise<void> {
    const wish = ++this.#wish
    const isCurrent = () => wish === this.#wish
    this.#stopRetry()
    return this.#request(async () => {
      if (!isCurrent()) return
      try {
        const joined = await this.#ask((refusal) => {
          if (isCurrent() && refusal) this.#fail(refusal)
          else if (isCurrent()) this.#go({ type: 'accepted', acknowledged: true })
          else if (!refusal && this.store.getState().status === 'left') void this.#requestLeave() // it was overtaken
        })
        if (!isCurrent()) return
        this.#retries = 0
        const afterwards = this.#hooks.entered(joined)
        this.#go({ type: 'accepted', acknowledged: joined.acknowledged })
        afterwards()
      } catch (error) {
        if (isCurrent() && !isConnectionLoss(error as RoomfulError)) this.#fail(error as RoomfulError)
      }
    })
  }

  /** Who is refused is not in; but whoever was, and is refused for now, still is. */
  async #ask(onLate: (refusal?: RoomfulError) => void = () => {}): Promise<Joined> {
    const asked = ++this.#asked
    const wasIn = this.#mayBeIn
    const failed = (error: RoomfulError): void => {
      if (error.refusal && asked === this.#asked) this.#mayBeIn &&= wasIn && !isPermanent(error)
    }
    this.#mayBeIn = true
    try {
      return await this.#hooks.enter((refusal) => {
        if (refusal) failed(refusal)
        onLate(refusal)
      })
    } catch (error) {
      failed(error as RoomfulError)
      throw error
    }
  }

  #fail(error: RoomfulError): void {
    this.#go({ type: 'refused', error })
    this.#refused(error)
  }

  /** A refusal for good is one; whatever else went wrong is tried again. */
  #refused(error: RoomfulError): void {
    if (isPermanent(error)) return this.#hooks.turnedAway(error)
    if (isConnectionLoss(error)) return
    const ownMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#retries)
    this.#retries += 1
    this.#stopRetry()
    this.#retryTimer = setTimeout(() => this.rejoin(), Math.max(ownMs, afterMs(error)) * (1 + Math.random() / 2))
  }

  #stopRetry(): void {
    clearTimeout(this.#retryTimer)
  }

  #requestLeave(): Promise<void> {
    const wish = ++this.#wish
    return this.#request(async () => {
      try {
        await this.#hooks.exit()
        this.#mayBeIn = false
      } catch {
        // Left all the same: the server forgets us with the connection.
      }
      if (wish !== this.#wish) return
      this.#go({ type: 'done' })
      void this.errand() // for what was taken over meanwhile
    })
  }

  #request(work: () => Promise<void>): Promise<void> {
    this.#requests = this.#requests.then(work)
    return this.#requests
  }

  /** Whether anything changed. */
  #go(event: RoomEvent): boolean {
    const from = this.store.getState()
    const to = roomState(from, event)
    if (to === from) return false
    this.store.setState(to, true)
    return true
  }
}

/** A join settles with the wish of now: joined, failed, left again, or nobody seeks a connection. */
function verdict(state: RoomState): RoomfulError | true | undefined {
  if (state.status === 'joined') return true
  if (state.error || !isOut(state)) return state.error
  return new RoomfulError('LEFT', 'the room was left before the server had answered the join')
}
