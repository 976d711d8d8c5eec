import { createPresence, RoomfulError } from '@roomful/client'
import { createFakeRoom } from './fake-room.ts'
import { deployments, ModelServer } from './model-server.ts'

const long = 'x'.repeat(200)
const values = ['a', 'b', 'c', long]

interface Request {
  readonly kind: 'join' | 'leave'
  readonly wish: number
}

/** A page in a room of a model server, and what it should show. Requests go one after the other, as a membership's do. */
export class PresenceWorld {
  readonly server = new ModelServer()
  readonly fake = createFakeRoom({ joined: false, rejoin: () => this.rejoin() })
  readonly presence = createPresence(this.fake.room)
  isOnline = true
  user = 'ann'
  /** What should be shown here; whose that is, once somebody has joined with it; all that was set since the last leave. */
  expected: unknown = null
  owner: string | undefined
  said = new Set<unknown>([null])
  #lastUser: string | undefined
  #requests: Request[] = []
  #wish = 0
  #seen = 0
  /** What the server said, and we have not heard yet. */
  #verdicts: (RoomfulError | undefined)[] = []
  #heard = 0

  constructor() {
    this.#deploy(0)
  }

  readonly actions: Record<Action, (pick: number) => void> = {
    set: (pick) => this.#want(values[pick % values.length]),
    clear: () => this.#want(null),
    join: () => {
      if (!['left', 'leaving', 'failed'].includes(this.status)) return
      this.fake.go(this.isOnline ? 'joining' : 'suspended')
      if (this.isOnline) this.#request('join')
    },
    leave: () => this.#leave(false),
    leaveWithMessages: () => this.#leave(true),
    /** The room's requests are answered. */
    settle: () => {
      const request = this.#requests.shift()
      if (request?.wish === this.#wish) {
        if (request.kind === 'join') this.owner = this.user
        this.fake.go(request.kind === 'join' ? 'joined' : 'left')
      }
      this.#send()
    },
    /** The join is refused for now: it is tried again later. */
    fail: () => {
      if (this.#requests[0]?.wish !== this.#wish || this.status !== 'joining') return
      this.#requests.shift()
      this.fake.go('failed')
    },
    missed: () => {
      if (this.status === 'joined') this.rejoin()
    },
    answer: () => this.#answer((verdict) => verdict),
    lose: () => this.#answer(() => new RoomfulError('TIMEOUT', 'no answer')),
    busy: () => (this.server.isBusy = !this.server.isBusy),
    expel: () => this.server.expel(),
    cut: () => {
      this.server.forget()
      this.#goOffline()
    },
    /** The server kept our place, as Socket.IO can. */
    blip: () => {
      if (this.status !== 'joined') return
      this.#goOffline()
      this.isOnline = true
      this.fake.go('joined')
    },
    back: (pick) => {
      if (this.isOnline) return
      this.isOnline = true
      this.#deploy(pick)
      this.user = pick % 3 === 0 ? 'cy' : 'ann'
      this.fake.be(this.user)
      if (this.status === 'suspended' || this.status === 'failed') this.rejoin()
    },
    pass: () => {},
  }

  get status(): string {
    return this.fake.room.status
  }

  /** What was sent is with the server at once, and its rejoins go the same way. */
  async do(action: Action, pick: number): Promise<void> {
    this.actions[action](pick)
    this.receive()
    await this.fake.pass(action === 'pass' ? pick : 0)
    this.receive()
  }

  receive(): void {
    const { asked } = this.fake
    for (; this.#seen < asked.length; this.#seen += 1)
      this.#verdicts[this.#seen] = this.server.told(asked[this.#seen]!.presence)
  }

  get inFlight(): number {
    return this.fake.asked.length - this.#heard
  }

  /** All is well, for long enough. */
  async quiet(): Promise<void> {
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
    this.fake.go('joining')
    this.#request('join')
  }

  #want(value: unknown): void {
    this.expected = value
    this.owner = this.status === 'joined' ? this.user : undefined
    this.said.add(value)
    if (value === null) this.presence.clear()
    else this.presence.set(value as never)
  }

  #leave(isKept: boolean): void {
    if (this.status === 'left' || this.status === 'leaving') return
    this.expected = null
    this.owner = undefined
    this.said = new Set([null])
    const isPending = this.status === 'joined' || this.status === 'joining'
    this.fake.go(isPending ? 'leaving' : 'left')
    if (!isPending) return
    if (!isKept) return this.#request('leave')
    this.#wish += 1
    this.fake.go('left')
  }

  #request(kind: Request['kind']): void {
    this.#requests.push({ kind, wish: ++this.#wish })
    if (this.#requests.length === 1) this.#send()
  }

  /** A join that is not wanted any more does not go. */
  #send(): void {
    while (this.#requests[0]?.kind === 'join' && this.#requests[0].wish !== this.#wish) this.#requests.shift()
    const kind = this.#requests[0]?.kind
    this.receive()
    if (kind === 'leave') this.server.forget()
    if (kind !== 'join') return
    if (this.owner !== undefined && this.owner !== this.user) this.expected = null
    if (this.#lastUser !== this.user) this.said = new Set([null, this.expected])
    this.owner = this.#lastUser = this.user
    this.server.join(this.fake.carried())
  }

  #answer(heard: (verdict: RoomfulError | undefined) => RoomfulError | undefined): void {
    if (this.inFlight === 0) return
    const asked = this.fake.asked[this.#heard]!
    const error = heard(this.#verdicts[this.#heard])
    this.#heard += 1
    if (error) asked.refuse(error)
    else asked.accept()
  }

  #goOffline(): void {
    if (!this.isOnline) return
    this.isOnline = false
    this.#requests = []
    this.#wish += 1
    if (this.status === 'leaving') this.fake.go('left')
    else if (this.status !== 'left' && this.status !== 'failed') this.fake.go('suspended')
    while (this.inFlight > 0) this.#answer(() => new RoomfulError('DISCONNECTED', 'cut off'))
  }

  #deploy(pick: number): void {
    this.server.deployment = deployments[pick % deployments.length]!
    const { keeps, bytes } = this.server.deployment
    this.fake.on(keeps ? ['presence'] : [])
    this.fake.takes(bytes)
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
  'lose',
  'busy',
  'expel',
  'cut',
  'blip',
  'back',
  'pass',
] as const
export type Action = (typeof actions)[number]
