import { RoomfulError } from '@roomful/client'
import { Membership } from '../../../src/rooms/membership.ts'
import type { MembershipInput, MembershipOutput } from '../../../src/rooms/membership-types.ts'
import { isOut, joinVerdict } from '../../../src/rooms/room-state.ts'
import { refusal } from '../../support/refusal.ts'

/** What the server makes of a request: `late` counts as joined before the server has handled it; `mute` is not handled. */
export const answers = ['yes', 'yes', 'late', 'forNow', 'permanently', 'lost', 'mute'] as const
export type Answer = (typeof answers)[number]

export type Action =
  | { readonly type: 'join' | 'leave' | 'hold' | 'release' | 'params' | 'needed' | 'lost' | 'connect' | 'recover' }
  | { readonly type: 'disconnect' | 'stop' | 'time' | 'lateYes' | 'lateNo' | 'out' }
  | { readonly type: 'answer'; readonly answer: Answer }

interface Asked {
  readonly type: 'join' | 'leave'
  readonly request: number
  readonly params: number
}

const NO = refusal('FORBIDDEN')
const BUSY = refusal('RATE')
const REMOVED = refusal('REMOVED')
const TIMEOUT = new RoomfulError('TIMEOUT', 'no answer')
const STOPPED = new RoomfulError('DISCONNECTED', 'disconnect() was called')

/** A room's membership, an app, an outbox and a server, which checks each output. */
export class MembershipWorld {
  readonly membership = new Membership(undefined)
  /** What the server has: the params that the client is in the room with. */
  serverParams: number | undefined
  params = 0
  /** The newest request that the server has handled. */
  #handled = 0
  #late: Asked[] = []
  #inFlight: Asked | undefined
  isConnected = false
  #isStopped = false
  #isRecoverable = false
  #isJoinedByApp = false
  #holders = 0
  isWanted = false
  isNeeded = false
  isRetryPlanned = false
  isReleasePlanned = false
  requests = 0
  /** As many requests as there were reasons for one. */
  reasons = 0
  readonly openJoins: string[] = []

  do(action: Action): void {
    switch (action.type) {
      case 'join':
        this.#isJoinedByApp = true
        this.#want(true)
        this.#step({ type: 'join' })
        this.openJoins.push('waits')
        return this.#settle()
      case 'leave':
        this.#isJoinedByApp = false
        this.#want(false)
        return this.#step({ type: 'leave' })
      case 'hold':
        this.#holders += 1
        this.#want(true)
        return this.#step({ type: 'hold' })
      case 'release':
        if (this.#holders === 0) return
        this.#holders -= 1
        return this.#step({ type: 'release' })
      case 'params':
        this.params += 1
        this.reasons += 1
        return this.#step({ type: 'paramsChanged' })
      case 'needed':
        this.isNeeded = !this.isNeeded
        this.reasons += 1
        return this.#step({ type: 'needed', isNeeded: this.isNeeded })
      case 'lost':
        if (!this.isConnected) return
        this.serverParams = undefined
        this.reasons += 1
        return this.#step({ type: 'lost', nowMs: 0 })
      case 'out':
        return this.#putOut()
      case 'connect':
      case 'recover':
        return this.#connect(action.type === 'recover' && this.#isRecoverable)
      case 'disconnect':
      case 'stop':
        return this.#disconnect(action.type === 'stop')
      case 'time':
        return this.#passTime()
      case 'answer':
        return this.#answer(action.answer)
      case 'lateYes':
      case 'lateNo':
        return this.#answerLate(action.type === 'lateYes')
    }
  }

  /** The server puts the client out, whether it is in the room or only about to be. */
  #putOut(): void {
    if (!this.isConnected) return
    const isDecided = this.#inFlight?.type !== 'join'
    this.#shutOut()
    this.#step({ type: 'out', error: REMOVED })
    if (isDecided && !this.isWanted) check(!this.isNeeded, 'no message that waits in the room')
    if (isDecided && !this.#inFlight) check(this.membership.state.status !== 'joined', 'not joined')
  }

  /** From now on the server accepts everything. */
  heal(): void {
    for (let round = 0; round < 8; round += 1) {
      while (this.#late.length > 0) this.do({ type: 'lateYes' })
      this.do({ type: 'answer', answer: 'yes' })
      this.do({ type: 'time' })
    }
  }

  #want(isWanted: boolean): void {
    this.reasons += 1
    this.isWanted = isWanted
  }

  #connect(isRecovered: boolean): void {
    if (this.isConnected) return
    if (!isRecovered) this.serverParams = undefined
    this.#late = []
    this.isConnected = true
    this.#isStopped = false
    this.reasons += 1
    this.#step({ type: 'connected', isRecovered })
  }

  #disconnect(isStopped: boolean): void {
    // A join that the server has yet to handle is not recovered: nothing would tell what became of it.
    if (this.isConnected) this.#isRecoverable = this.#late.length === 0
    this.isConnected = false
    this.#isStopped = isStopped
    this.#inFlight = undefined
    this.#step({ type: 'disconnected', ...(isStopped && { error: STOPPED }) })
  }

  #passTime(): void {
    if (this.isReleasePlanned) {
      this.isReleasePlanned = false
      this.#want(false)
      this.#step({ type: 'releaseDue' })
    }
    if (!this.isRetryPlanned) return
    this.isRetryPlanned = false
    this.reasons += 1
    this.#step({ type: 'retryDue' })
  }

  #answer(answer: Answer): void {
    const asked = this.#inFlight
    if (!asked) return
    const { type, request } = asked
    const isJoin = type === 'join'
    this.#inFlight = undefined
    if (answer === 'yes' || answer === 'lost' || (answer === 'late' && !isJoin)) this.#handle(asked)
    if (answer === 'permanently') this.#shutOut()
    if (answer === 'late' && isJoin) this.#late.push(asked)
    const error = { forNow: BUSY, permanently: NO, lost: TIMEOUT, mute: TIMEOUT, yes: undefined, late: undefined }[
      answer
    ]
    if (error) this.reasons += 1
    if (error) this.#step({ type: 'answer', request, error })
    else this.#step({ type: 'answer', request, ...(isJoin && { answer: { acknowledged: answer === 'yes' } }) })
  }

  #answerLate(isYes: boolean): void {
    const asked = this.#late.shift()
    if (!asked) return
    this.reasons += 1
    if (isYes) this.#handle(asked)
    else if (asked.request > this.#handled) this.#shutOut() // a late refusal does not undo a newer join
    this.#step({ type: 'lateAnswer', request: asked.request, ...(!isYes && { error: NO }) })
  }

  #handle({ type, params, request }: Asked): void {
    this.#handled = Math.max(request, this.#handled)
    // A join that is handled late does not undo a newer one.
    this.serverParams = type === 'join' ? Math.max(params, this.serverParams ?? 0) : undefined
  }

  /** A client that is refused permanently is not in the room, and no earlier join is accepted any more. */
  #shutOut(): void {
    this.serverParams = undefined
    this.#late = []
  }

  #step(input: MembershipInput): void {
    this.membership.step(input).forEach((output, index) => this.#perform(output, index))
    check(this.membership.isBusy === (this.#inFlight !== undefined), 'isBusy while a request is in flight')
    check(this.requests <= this.reasons, 'a reason for each request')
    this.#settle()
  }

  #perform(output: MembershipOutput, index: number): void {
    switch (output.type) {
      case 'join':
      case 'leave':
        check(!this.#inFlight && this.isConnected, 'one request in flight, on a connection')
        check((this.isWanted || this.isNeeded) === (output.type === 'join'), 'the request that is wanted')
        this.requests += 1
        this.#inFlight = { type: output.type, request: output.request, params: this.params }
        return
      case 'joined':
        // P8: messages go only into a room that the client is in, as far as the server answers.
        check(!output.answer.acknowledged || this.#late.length > 0 || this.serverParams !== undefined, 'in the room')
        if (output.for === 'outbox') return
        check(this.membership.state.status === 'joined', 'joined after the state that says so')
        return check(index === 0, 'the answer before anything else')
      case 'refused':
        this.isNeeded = false
        return
      case 'retryLater':
        check(!this.isRetryPlanned, 'one retry')
        this.isRetryPlanned = true
        return
      case 'cancelRetry':
        check(this.isRetryPlanned, 'a retry to cancel')
        this.isRetryPlanned = false
        return
      case 'releaseLater':
        this.isReleasePlanned = true
        return check(this.#holders === 0 && !this.#isJoinedByApp, 'no holder')
      case 'cancelRelease':
        check(this.isReleasePlanned, 'a release to cancel')
        this.isReleasePlanned = false
    }
  }

  /** Each open `join()` ends with the first state that has a verdict, and with the right one. */
  #settle(): void {
    const { state } = this.membership
    check(isOut(state) === !this.isWanted, 'the state that is wanted')
    const verdict = joinVerdict(state)
    if (verdict === undefined) return
    if (verdict === true) check(this.isWanted && this.isConnected, 'joined where it is wanted')
    else if (verdict.code === 'LEFT') check(!this.isWanted, 'LEFT where it was left')
    else check(state.status === (this.#isStopped && verdict === STOPPED ? 'suspended' : 'failed'), 'the reason')
    this.openJoins.length = 0
  }
}

function check(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw new Error(`expected ${what}`)
}
