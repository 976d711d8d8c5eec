import { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import type { Joined } from './room-protocol.ts'
import { type RoomEvent, type RoomState, roomState } from './room-state.ts'

/** A moment, so that unmounting and mounting again (StrictMode, a changed page) is no leave. */
const RELEASE_DELAY_MS = 100

export interface MembershipHooks {
  /** Why no server would know such a room, if so. */
  readonly unusable: RoomfulError | undefined
  /** Whether a request would go out now. */
  isReady(): boolean
  /** Why nobody seeks a connection, if so. */
  stoppedBy(): RoomfulError | undefined
  enter(onLate: (refusal?: RoomfulError) => void): Promise<Joined>
  /** We are in, and want to be: called before the state says so; what it returns is called after. */
  entered(joined: Joined): () => void
  exit(): Promise<void>
  changed(from: RoomState, to: RoomState): void
}

/** Keeps one room's membership as the app wants it: joins, leaves, joins again after each outage. SPEC.md, rules RM. */
export class Membership {
  readonly store: StoreApi<RoomState>
  readonly #hooks: MembershipHooks
  #holders = 0
  /** Whether the app itself said `join`; then the last holder to go does not leave. */
  #ordered = false
  #releaseTimer: ReturnType<typeof setTimeout> | undefined
  /** The room's requests go out one after the other, each when the last was answered, so that they cannot overtake. */
  #requests: Promise<void> = Promise.resolve()
  /** Numbers what is wanted; an answer to anything but the newest wish changes nothing. */
  #wish = 0
  /** Left, but the server has not said so: where it recovers a connection, it still counts us in. */
  #owesLeave = false

  constructor(hooks: MembershipHooks, report: Report) {
    this.#hooks = hooks
    this.store = createGuardedStore<RoomState>({ status: 'left' }, report, (to, from) => hooks.changed(from, to))
  }

  join(): Promise<void> {
    this.#ordered = true
    this.#enter()
    return this.#settled()
  }

  leave(): Promise<void> {
    this.#ordered = false
    if (!this.#go({ type: 'leave' })) return Promise.resolve()
    this.#owesLeave = true
    if (this.store.getState().status !== 'leaving') return Promise.resolve()
    return this.#requestLeave()
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
    this.#go({ type: 'up', recovered })
    const { status } = this.store.getState()
    if (status === 'left' && this.#owesLeave && recovered) return this.#requestLeave()
    this.#owesLeave = false
    return status === 'joining' ? this.#requestJoin() : Promise.resolve()
  }

  down(error?: RoomfulError): void {
    this.#wish += 1
    this.#go(error ? { type: 'down', error } : { type: 'down' })
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
    return this.#request(async () => {
      if (!isCurrent()) return
      try {
        const joined = await this.#hooks.enter((refusal) => {
          if (isCurrent())
            this.#go(refusal ? { type: 'refused', error: refusal } : { type: 'accepted', acknowledged: true })
          else if (!refusal && this.store.getState().status === 'left') void this.#requestLeave() // it was overtaken
        })
        if (!isCurrent()) return
        const afterwards = this.#hooks.entered(joined)
        this.#go({ type: 'accepted', acknowledged: joined.acknowledged })
        afterwards()
      } catch (error) {
        if (isCurrent()) this.#go({ type: 'refused', error: error as RoomfulError })
      }
    })
  }

  #requestLeave(): Promise<void> {
    const wish = ++this.#wish
    return this.#request(async () => {
      try {
        await this.#hooks.exit()
        this.#owesLeave = false
      } catch {
        // Left all the same: the server forgets us with the connection.
      }
      if (wish === this.#wish) this.#go({ type: 'done' })
    })
  }

  #request(work: () => Promise<void>): Promise<void> {
    this.#requests = this.#requests.then(work)
    return this.#requests
  }

  /** Settles with the wish of now: joined, failed, left again, or nobody seeks a connection. */
  #settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (state: RoomState): boolean => {
        if (state.status === 'joined') resolve()
        else if (state.error) reject(state.error)
        else if (state.status === 'left' || state.status === 'leaving')
          reject(new RoomfulError('LEFT', 'the room was left before the server had answered the join'))
        else return false
        return true
      }
      if (check(this.store.getState())) return
      const unsubscribe = this.store.subscribe((state) => {
        if (check(state)) unsubscribe()
      })
    })
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
