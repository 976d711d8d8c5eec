import { RoomfulError } from '@roomful/contract'
import type { ClientCore } from '../client-core.ts'
import { Emitter } from '../emitter.ts'
import type { RoomSection } from '../events/schemas.ts'
import { type CallOptions, untilState } from '../promises.ts'
import { retryDelay } from '../retry-delay.ts'
import { createGuardedStore, type GuardedStore } from '../store.ts'
import { JoinParams } from './join-params.ts'
import { Membership } from './membership.ts'
import type { MembershipInput, MembershipOutput, RoomUse } from './membership-types.ts'
import type { Room } from './room.ts'
import { RoomEvents } from './room-events.ts'
import type { RoomInternals } from './room-internals.ts'
import { joinVerdict, LEFT, type RoomState } from './room-state.ts'
import type { JoinAnswer, RoomHost, RoomPart, RoomsProtocol } from './rooms-protocol.ts'

/** A moment, so that unmounting and mounting again (StrictMode, another page) is no leave. */
const RELEASE_DELAY_MS = 100
const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 30_000

/** Tells the registry whether the app, a request or a message still needs the room. */
export type OnUse = (room: RoomCore, isInUse: boolean) => void

type Timer = ReturnType<typeof setTimeout> | undefined

/** One room: performs what its membership decides. SPEC.md, rules RM. */
export class RoomCore implements RoomHost, RoomInternals {
  readonly name: string
  readonly section: RoomSection
  readonly client: ClientCore
  readonly events: RoomEvents
  readonly part: RoomPart
  readonly store: GuardedStore<RoomState>
  readonly states: RoomInternals['states'] = new Emitter()
  readonly userChanges: RoomInternals['userChanges'] = new Emitter()
  readonly ends: RoomInternals['ends'] = new Emitter()
  readonly userId: () => string | undefined
  /** What the app gets, once it has asked for the room. */
  surface?: Room
  readonly #membership: Membership
  readonly #onUse: OnUse
  readonly #whenIdle = new Set<() => void>()
  readonly #params = new JoinParams()
  /** A join is about to be sent, with the newest params. */
  #isJoinDue = false
  #retryTimer: Timer
  #releaseTimer: Timer

  constructor(name: string, client: ClientCore, protocol: RoomsProtocol, onUse: OnUse, section: RoomSection = 'room') {
    const { report, inspect } = client.reporting
    this.name = name
    this.section = section
    this.client = client
    this.userId = () => protocol.userId()
    this.#onUse = onUse
    this.events = new RoomEvents(name, section, client.schemas, report)
    this.store = createGuardedStore(LEFT, report, (to, from) => {
      inspect({ type: 'room', room: name, from, to })
      this.part.onState(to)
      this.states.call([to, from], (error) => report(error, 'presence'))
    })
    this.part = protocol.createPart(this)
    this.#membership = new Membership(this.part.nameError)
    const { status } = client.connection.store.getState()
    if (status === 'connected') this.#step({ type: 'connected', isRecovered: false })
    else if (status === 'disconnected') this.onDisconnected(client.connection.stoppedBy())
  }

  get state(): RoomState {
    return this.store.getState()
  }

  get use(): RoomUse {
    return this.#membership.use
  }

  async join(params: unknown, wait: CallOptions): Promise<void> {
    this.#useParams(params)
    this.#step({ type: 'join' })
    await untilState(this.store, joinVerdict, wait, `joining room ${this.name}; the join continues`)
  }

  leave(): Promise<void> {
    this.#step({ type: 'leave' })
    return untilState(this.store, ({ status }) => status !== 'leaving')
  }

  retain(params: unknown): () => void {
    const holder = this.#useParams(params)
    this.#params.hold(holder)
    this.#step({ type: 'hold' })
    return () => {
      if (this.#params.release(holder)) this.#step({ type: 'release' })
    }
  }

  /** Resolves when no request of this room is under way any more. */
  onConnected(isRecovered: boolean): Promise<void> {
    this.#step({ type: 'connected', isRecovered })
    return new Promise((resolve) => {
      this.#whenIdle.add(resolve)
      this.checkUse()
    })
  }

  onDisconnected(error?: RoomfulError): void {
    this.part.onDisconnected?.(error !== undefined)
    this.#step({ type: 'disconnected', error })
  }

  /** Another user is connected: membership, messages and members were the first one's. */
  onUserChanged(): void {
    this.#params.onUserChanged()
    this.part.onUserChanged?.()
    this.#step({ type: 'userChanged' })
    this.userChanges.call([], (error) => this.client.reporting.report(error, 'timeline'))
  }

  lost(): void {
    this.#step({ type: 'lost', nowMs: performance.now() })
  }

  putOut(error: RoomfulError): void {
    this.#step({ type: 'out', error })
  }

  setNeeded(isNeeded: boolean): void {
    this.#step({ type: 'needed', isNeeded })
  }

  drop(direction: 'in' | 'out', event: string, reason: string): void {
    this.client.reporting.inspect({ type: 'drop', direction, event, room: this.name, reason })
  }

  isBusy(): boolean {
    return this.#membership.isBusy
  }

  /** A room that is left, and that neither the app nor a message uses, may be garbage collected. */
  checkUse(): void {
    if (this.#membership.isBusy) return
    for (const resolve of this.#whenIdle) resolve()
    this.#whenIdle.clear()
    const { state, events, store, part } = this
    this.#onUse(this, state.status !== 'left' || events.size > 0 || store.hasListeners() || part.isInUse())
  }

  /** The client is closed: no timer of this room, or of what is built on it, may fire any more. */
  close(): void {
    this.ends.call([], (error) => this.client.reporting.report(error, 'close'))
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#releaseTimer)
  }

  /** A listener may call a method of the room. That call's step is then performed before the rest of this one. */
  #step(input: MembershipInput): void {
    const outputs = this.#membership.step(input)
    const [first] = outputs
    // The members are there when a listener gets the state that says joined.
    if (first?.type === 'joined' && first.for === 'app') this.part.onAnswer?.(first.answer)
    this.store.setState(this.#membership.state, true)
    for (const output of outputs) this.#perform(output)
    this.checkUse()
  }

  #perform(output: MembershipOutput): void {
    const { part } = this
    switch (output.type) {
      case 'join':
        this.#join(output.request)
        break
      case 'leave':
        this.#request(
          output.request,
          part.leave().then(() => ({ acknowledged: true })),
        )
        break
      case 'joined':
        // A listener of the state may have left the room already.
        if (output.for === 'outbox' || this.state.status === 'joined')
          part.onJoined(output.answer, output.for === 'app')
        break
      case 'refused':
        part.onRefused(output.error)
        break
      case 'retryLater':
        this.#retryLater(output.attempt, output.minMs)
        break
      case 'cancelRetry':
        clearTimeout(this.#retryTimer)
        break
      case 'releaseLater':
        this.#releaseTimer = setTimeout(() => this.#step({ type: 'releaseDue' }), RELEASE_DELAY_MS)
        break
      case 'cancelRelease':
        clearTimeout(this.#releaseTimer)
    }
  }

  /** A microtask later, so that a timeline that is made in the same task can ask for its first page with the join. */
  #join(request: number): void {
    const onLate = (error?: RoomfulError): void => this.#step({ type: 'lateAnswer', request, error })
    this.#isJoinDue = true
    const send = (): Promise<JoinAnswer> => {
      this.#isJoinDue = false
      return this.part.join(this.#params.value, onLate)
    }
    this.#request(request, Promise.resolve().then(send))
  }

  #request(request: number, answer: Promise<JoinAnswer>): void {
    answer.then(
      (given) => this.#step({ type: 'answer', request, answer: given }),
      (error: unknown) => this.#step({ type: 'answer', request, error: RoomfulError.from(error) }),
    )
  }

  #retryLater(attempt: number, atLeastMs: number): void {
    const delay = { attempt, atLeastMs, firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, jitter: 'half' } as const
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => this.#step({ type: 'retryDue' }), retryDelay(delay))
  }

  #useParams(given: unknown): ReturnType<JoinParams['use']>['holder'] {
    const { holder, isOther, isDisputed } = this.#params.use(given)
    if (process.env.NODE_ENV !== 'production' && isDisputed)
      this.client.reporting.warnOnce(
        `params ${this.name}`,
        `room ${this.name} is held with different params at once; the latest count`,
      )
    if (isOther && !this.#isJoinDue) this.#step({ type: 'paramsChanged' })
    return holder
  }
}
