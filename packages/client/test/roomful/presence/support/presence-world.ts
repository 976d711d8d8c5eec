import { createPresence, RoomfulError } from '@roomful/client'
import { createFakeRoom } from './fake-room.ts'
import { deployments, ModelServer } from './model-server.ts'

const long = 'x'.repeat(200)
const values = ['a', 'b', 'c', long]

interface Request {
  readonly kind: 'join' | 'leave'
  /** A join or leave of the app; a request of an earlier one changes nothing any more. */
  readonly call: number
}

/** A page in a room of a model server, and the presence that it should show. Its requests to join and leave go one at a time. */
export class PresenceWorld {
  readonly server = new ModelServer()
  readonly fake = createFakeRoom({ joined: false, rejoin: () => this.rejoin() })
  readonly presence = createPresence(this.fake.room)
  isOnline = true
  user = 'ann'
  /** What `presence.state` should show. */
  expected: unknown = null
  /** The user who has joined with it. */
  owner: string | undefined
  /** Every presence that was set since the last leave. */
  earlier = new Set<unknown>([null])
  #lastUser: string | undefined
  #requests: Request[] = []
  #call = 0
  /** How many presences the server has received, and how many answers the client. */
  #received = 0
  #answered = 0
  readonly #answers: (RoomfulError | undefined)[] = []

  constructor() {
    this.#deploy(0)
  }

  readonly actions: Record<Action, (pick: number) => void> = {
    set: (pick) => this.#set(values[pick % values.length]),
    clear: () => this.#set(null),
    join: () => {
      if (!['left', 'leaving', 'failed'].includes(this.status)) return
      this.fake.setStatus(this.isOnline ? 'joining' : 'suspended')
      if (this.isOnline) this.#request('join')
    },
    leave: () => this.#leave(false),
    leaveWithMessages: () => this.#leave(true),
    /** The oldest request of the room is answered. */
    settle: () => {
      const request = this.#requests.shift()
      if (request?.call === this.#call) {
        if (request.kind === 'join') this.owner = this.user
        this.fake.setStatus(request.kind === 'join' ? 'joined' : 'left')
      }
      this.#send()
    },
    /** The join is refused temporarily. */
    fail: () => {
      if (this.#requests[0]?.call !== this.#call || this.status !== 'joining') return
      this.#requests.shift()
      this.fake.setStatus('failed')
    },
    missed: () => {
      if (this.status === 'joined') this.rejoin()
    },
    answer: () => this.#answer((answer) => answer),
    timeOut: () => this.#answer(() => new RoomfulError('TIMEOUT', 'no answer')),
    busy: () => (this.server.isBusy = !this.server.isBusy),
    expel: () => this.server.expel(),
    cut: () => {
      this.server.forget()
      this.#goOffline()
    },
    /** A short outage, after which the server still has the member, as with Socket.IO's connection state recovery. */
    blip: () => {
      if (this.status !== 'joined') return
      this.#goOffline()
      this.isOnline = true
      this.fake.setStatus('joined')
    },
    back: (pick) => {
      if (this.isOnline) return
      this.isOnline = true
      this.#deploy(pick)
      this.user = pick % 3 === 0 ? 'cy' : 'ann'
      this.fake.setUser(this.user)
      if (this.status === 'suspended' || this.status === 'failed') this.rejoin()
    },
    pass: () => {},
  }

  get status(): string {
    return this.fake.room.status
  }

  /** The server gets each presence at once. */
  async do(action: Action, pick: number): Promise<void> {
    this.actions[action](pick)
    this.receive()
    await this.fake.pass(action === 'pass' ? pick : 0)
    this.receive()
  }

  receive(): void {
    const { requests } = this.fake
    for (; this.#received < requests.length; this.#received += 1)
      this.#answers[this.#received] = this.server.set(requests[this.#received]!.presence)
  }

  get inFlight(): number {
    return this.fake.requests.length - this.#answered
  }

  /** No more faults, for long enough. */
  async heal(): Promise<void> {
    this.server.isBusy = false
    if (!this.isOnline) await this.do('back', 1)
    if (this.status === 'failed') await this.do('join', 0)
    for (let round = 0; round < 10; round += 1) {
      await this.do('settle', 0)
      await this.do('answer', 0)
      await this.do('pass', 6_000)
    }
  }

  rejoin(): void {
    this.fake.setStatus('joining')
    this.#request('join')
  }

  #set(value: unknown): void {
    this.expected = value
    this.owner = this.status === 'joined' ? this.user : undefined
    this.earlier.add(value)
    if (value === null) this.presence.clear()
    else this.presence.set(value as never)
  }

  #leave(isKept: boolean): void {
    if (this.status === 'left' || this.status === 'leaving') return
    this.expected = null
    this.owner = undefined
    this.earlier = new Set([null])
    const isPending = this.status === 'joined' || this.status === 'joining'
    this.fake.setStatus(isPending ? 'leaving' : 'left')
    if (!isPending) return
    if (!isKept) return this.#request('leave')
    this.#call += 1
    this.fake.setStatus('left')
  }

  #request(kind: Request['kind']): void {
    this.#requests.push({ kind, call: ++this.#call })
    if (this.#requests.length === 1) this.#send()
  }

  /** A join that the app has withdrawn is not sent. */
  #send(): void {
    while (this.#requests[0]?.kind === 'join' && this.#requests[0].call !== this.#call) this.#requests.shift()
    const kind = this.#requests[0]?.kind
    this.receive()
    if (kind === 'leave') this.server.forget()
    if (kind !== 'join') return
    if (this.owner !== undefined && this.owner !== this.user) this.expected = null
    if (this.#lastUser !== this.user) this.earlier = new Set([null, this.expected])
    this.owner = this.#lastUser = this.user
    this.server.join(this.fake.carried())
  }

  #answer(toClient: (answer: RoomfulError | undefined) => RoomfulError | undefined): void {
    if (this.inFlight === 0) return
    const request = this.fake.requests[this.#answered]!
    const error = toClient(this.#answers[this.#answered])
    this.#answered += 1
    if (error) request.refuse(error)
    else request.accept()
  }

  #goOffline(): void {
    if (!this.isOnline) return
    this.isOnline = false
    this.#requests = []
    this.#call += 1
    if (this.status === 'leaving') this.fake.setStatus('left')
    else if (this.status !== 'left' && this.status !== 'failed') this.fake.setStatus('suspended')
    while (this.inFlight > 0) this.#answer(() => new RoomfulError('DISCONNECTED', 'cut off'))
  }

  #deploy(pick: number): void {
    this.server.deployment = deployments[pick % deployments.length]!
    const { keepsPresence, bytes } = this.server.deployment
    this.fake.setCapabilities(keepsPresence ? ['presence'] : [])
    this.fake.setPresenceBytes(bytes)
  }
}

export const actions = [
  'set',
  'clear',
  'join',
  'leave',
  'leaveWithMessages',
  'settle',
  'fail',
  'missed',
  'answer',
  'timeOut',
  'busy',
  'expel',
  'cut',
  'blip',
  'back',
  'pass',
] as const
export type Action = (typeof actions)[number]
