import type { RoomfulError } from '@roomful/contract'
import { requestedWaitMs, isConnectionLoss, isPermanent } from '../errors.ts'
import type { InputOf, MembershipInput, MembershipOutput, RoomRequest, RoomUse } from './membership-types.ts'
import type { JoinAnswer } from './rooms-protocol.ts'
import { isOut, LEFT, type RoomEvent, type RoomState, roomState } from './room-state.ts'

/** A room that is lost again within this time of the loss before is joined later each time. */
const LOSSES_APART_MS = 60_000
/** So many losses in a row, as where a log begins anew, are followed by a join at once. */
const QUICK_REJOINS = 3

/**
 * One room's membership as a reconcile loop: from what is wanted (the state, and messages that wait) and what the server has
 * follows the next request. One request is in flight at a time. SPEC.md, rules RM.
 */
export class Membership {
  readonly #nameError: RoomfulError | undefined
  #state = LEFT
  /** Whether the app called `join()` since the last leave; the last holder does not leave then. */
  #isJoinedByApp = false
  #holders = 0
  #isReleasing = false
  #isNeeded = false
  #isConnected = false
  #stopError: RoomfulError | undefined
  /** Whether the server has the client in the room. `maybe`: a request is in flight, or its answer was lost. */
  #server: 'out' | 'in' | 'maybe' = 'out'
  #request: RoomRequest | undefined
  #requests = 0
  /** The last join over this connection: a plain server may answer it late. */
  #lastJoin: RoomRequest | undefined
  /** Whether the answer to the last join cannot be used any more. */
  #isOutdated = false
  #failures = 0
  #losses = 0
  #lostAt = -Infinity
  #isRetrying = false
  #outputs: MembershipOutput[] = []

  /** `nameError`: why no server would take the room's name, so that no request is sent. */
  constructor(nameError: RoomfulError | undefined) {
    this.#nameError = nameError
  }

  get state(): RoomState {
    return this.#state
  }

  /** Whether a request is in flight. */
  get isBusy(): boolean {
    return this.#request !== undefined
  }

  /** Why the client is in the room. */
  get use(): RoomUse {
    return { holders: this.#holders, isJoined: this.#isJoinedByApp, isNeeded: this.#isNeeded }
  }

  step(input: MembershipInput): MembershipOutput[] {
    this.#outputs = []
    this.#take(input)
    this.#reconcile()
    return this.#outputs
  }

  #take(input: MembershipInput): void {
    switch (input.type) {
      case 'join':
        this.#isJoinedByApp = true
        return this.#join()
      case 'hold':
        this.#holders += 1
        return this.#join()
      case 'leave':
        return this.#leave()
      case 'release':
        this.#holders -= 1
        if (this.#holders > 0 || this.#isJoinedByApp) return
        this.#isReleasing = true
        return void this.#outputs.push({ type: 'releaseLater' })
      case 'releaseDue':
        if (!this.#isReleasing) return
        this.#isReleasing = false
        return this.#leave()
      case 'paramsChanged':
        this.#isOutdated = true
        if (this.#isConnected && !this.#isRetrying) this.#go({ type: 'up', recovered: false })
        return
      case 'needed':
        return this.#needed(input.isNeeded)
      case 'connected':
        return this.#connected(input)
      case 'disconnected':
        return this.#disconnected(input)
      case 'answer':
        return this.#answered(input)
      case 'lateAnswer':
        return this.#answeredLate(input)
      case 'lost':
        return this.#lost(input.nowMs)
      case 'out':
        return this.#putOut(input.error)
      case 'userChanged':
        this.#leave()
        if (this.#holders > 0) this.#join()
        return
      case 'retryDue':
        if (!this.#isRetrying) return
        this.#isRetrying = false
        this.#go({ type: 'up', recovered: false })
    }
  }

  #join(): void {
    this.#cancelRelease()
    if (!this.#go({ type: 'join' })) return
    this.#cancelRetry()
    if (this.#nameError) this.#go({ type: 'refused', error: this.#nameError })
    else if (this.#stopError) this.#go({ type: 'down', error: this.#stopError })
  }

  #leave(): void {
    this.#isJoinedByApp = false
    this.#cancelRelease()
    if (this.#go({ type: 'leave' }) && !this.#isNeeded) this.#cancelRetry()
  }

  #lost(nowMs: number): void {
    if (!this.#isConnected) return
    if (this.#server === 'in') this.#server = 'maybe'
    if (isOut(this.#state)) this.#isOutdated = true // the app may join before the answer to the join in flight
    if (this.#state.status !== 'joined') return
    this.#go({ type: 'up', recovered: false })
    this.#losses = nowMs - this.#lostAt < LOSSES_APART_MS ? this.#losses + 1 : 1
    this.#lostAt = nowMs
    const attempt = this.#losses - QUICK_REJOINS
    if (attempt > 0) this.#retry(attempt)
  }

  /** The answer to a join in flight comes behind this, and decides. */
  #putOut(error: RoomfulError): void {
    if (!this.#isConnected) return
    if (this.#request?.type === 'join') {
      this.#request.wasIn = false
      return
    }
    this.#server = 'out'
    // The app has asked again, while a leave is in flight.
    if (this.#state.status === 'joining' && !this.#isRetrying) return
    this.#cancelRetry()
    this.#go({ type: 'out', error })
    this.#refuseWaiting(error)
  }

  #needed(isNeeded: boolean): void {
    if (isNeeded === this.#isNeeded) return
    this.#isNeeded = isNeeded
    if (isOut(this.#state)) this.#cancelRetry() // of the opposite request
    if (isNeeded && this.#nameError) this.#refuseWaiting(this.#nameError)
  }

  #connected({ isRecovered }: InputOf<'connected'>): void {
    this.#stopError = undefined
    if (this.#nameError) return
    this.#isConnected = true
    if (!isRecovered) this.#server = 'out' // a new connection is in no room
    this.#go({ type: 'up', recovered: isRecovered && !this.#isOutdated })
    const isIn = this.#state.status === 'joined' || (isOut(this.#state) && this.#isNeeded)
    if (isIn && this.#server === 'in')
      this.#outputs.push({ type: 'joined', answer: { acknowledged: true }, for: 'outbox' })
  }

  #disconnected({ error }: InputOf<'disconnected'>): void {
    this.#isConnected = false
    this.#stopError = error
    this.#request = undefined
    this.#lastJoin = undefined
    this.#cancelRetry()
    this.#go({ type: 'down', error })
  }

  #answered({ request: number, error, answer }: InputOf<'answer'>): void {
    const request = this.#request
    if (request?.number !== number) return
    this.#request = undefined
    if (error && isConnectionLoss(error)) this.#isConnected = false // `disconnected` comes in a moment
    else if (request.type === 'leave') this.#leaveAnswered(request, error)
    else if (error) this.#joinFailed(request, error)
    else if (answer) this.#joinAccepted(answer)
  }

  #joinAccepted(answer: JoinAnswer): void {
    this.#server = 'in'
    this.#failures = 0
    if (isOut(this.#state)) {
      if (this.#isNeeded) this.#outputs.push({ type: 'joined', answer, for: 'outbox' })
    } else if (!this.#isOutdated) {
      this.#go({ type: 'accepted', acknowledged: answer.acknowledged })
      this.#outputs.push({ type: 'joined', answer, for: 'app' })
    }
  }

  /** A client that was in the room before still is, where the server refuses only for now. */
  #joinFailed({ wasIn }: RoomRequest, error: RoomfulError): void {
    const isFinal = isPermanent(error)
    if (error.refusal && (isFinal || !wasIn)) this.#server = 'out'
    if (isOut(this.#state) ? !this.#isNeeded : isFinal && this.#isOutdated) return // this join is not wanted any more
    this.#go({ type: 'refused', error })
    if (isFinal) this.#refuseWaiting(error)
    else this.#retryLater(error)
  }

  #leaveAnswered({ isOvertaking }: RoomRequest, error: RoomfulError | undefined): void {
    if (!error || isPermanent(error) || error.code === 'NOT_MEMBER') this.#server = isOvertaking ? 'maybe' : 'out'
    else if (isOut(this.#state) && !this.#isNeeded) return this.#retryLater(error)
    this.#failures = 0
  }

  #answeredLate({ request, error }: InputOf<'lateAnswer'>): void {
    const join = this.#lastJoin?.number === request ? this.#lastJoin : undefined
    if (error) {
      if (join && !this.#request) this.#joinFailed(join, error)
    } else if (isOut(this.#state)) {
      // The leave may have been handled before this join: the client has to leave once more.
      if (this.#request) this.#request.isOvertaking = true
      else if (this.#server === 'out') this.#server = 'maybe'
    } else if (join && this.#state.status === 'joined') this.#go({ type: 'accepted', acknowledged: true })
  }

  #refuseWaiting(error: RoomfulError): void {
    this.#isNeeded = false
    this.#outputs.push({ type: 'refused', error })
  }

  #retryLater(error: RoomfulError): void {
    this.#failures += 1
    this.#retry(this.#failures, requestedWaitMs(error))
  }

  #retry(attempt: number, minMs = 0): void {
    this.#isRetrying = true
    this.#outputs.push({ type: 'retryLater', attempt, minMs })
  }

  #cancelRetry(): void {
    if (this.#isRetrying) this.#outputs.push({ type: 'cancelRetry' })
    this.#isRetrying = false
  }

  #cancelRelease(): void {
    if (this.#isReleasing) this.#outputs.push({ type: 'cancelRelease' })
    this.#isReleasing = false
  }

  /** Sends the request that is due now, if any: a join where the room is wanted and not joined, a leave where it is joined and not wanted. */
  #reconcile(): void {
    const isLeft = !this.#isConnected || this.#isNeeded || this.#isRetrying || this.#server === 'out'
    if (this.#state.status === 'leaving' && isLeft) this.#go({ type: 'done' })
    if (!this.#isConnected || this.#isRetrying || this.#request) return
    if (this.#state.status === 'joining') this.#send('join')
    else if (!isOut(this.#state)) return
    else if (this.#isNeeded) {
      if (this.#server !== 'in') this.#send('join')
    } else if (this.#server !== 'out') this.#send('leave')
  }

  #send(type: RoomRequest['type']): void {
    const number = ++this.#requests
    this.#request = { type, number, wasIn: this.#server !== 'out' }
    this.#server = 'maybe'
    if (type === 'join') {
      this.#lastJoin = this.#request
      this.#isOutdated = false
    }
    this.#outputs.push({ type, request: number })
  }

  /** Whether anything changed. */
  #go(event: RoomEvent): boolean {
    const from = this.#state
    this.#state = roomState(from, event)
    return this.#state !== from
  }
}
