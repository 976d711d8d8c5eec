import { RoomfulError } from '@roomful/contract'
import type { Message, Outcome } from './message.ts'
import { type Flight, RoomQueue } from './room-queue.ts'
import type { StorageStep, Unstored } from './unstored.ts'

/** The most of a user's that may wait: messages, and their bytes. */
export interface OutboxLimit {
  readonly messages: number
  readonly bytes: number
}

/**
 * All rooms' messages that the server has not confirmed. SPEC.md, rules OB. Public methods say what happened; what is to
 * be done then, in this order, is for whoever extends it: nothing here has a socket, a storage, a timer or a clock.
 */
export abstract class OutboxCore {
  /** Who we are, and who says so: the app, as long as the server has not; or nobody any more. */
  user: string | null | undefined
  standing: 'assumed' | 'told' | 'past' = 'assumed'
  /** What an earlier page left is taken over: ours may go behind it. */
  isReady = false
  /** What a storage has yet to hear of, where there is one. */
  readonly unstored: Unstored | undefined
  readonly queues: Map<string, RoomQueue> = new Map()
  readonly #limit: OutboxLimit
  /** How long the server remembers a key, less a margin. */
  #windowMs = 0
  /** What the storage is busy with; the batches that were made with it go when it is done. */
  #storing: StorageStep | undefined
  readonly #inputs: (() => void)[] = []
  readonly #outputs: (() => void)[] = []
  #isRunning = false

  constructor(user: string | null | undefined, limit: OutboxLimit, unstored?: Unstored) {
    this.user = user
    this.#limit = limit
    this.unstored = unstored
  }

  /** The server's clock, in milliseconds. */
  protected abstract now(): number
  /** It waits, or does so again. */
  protected abstract queued(message: Message): void
  protected abstract settled(message: Message, outcome: Outcome): void
  /** One transaction; `stored` is its end. */
  protected abstract keep(put: readonly Message[], remove: readonly Message[]): void
  protected abstract send(room: string, flight: Flight): void
  /** `wake` is its end. */
  protected abstract wait(room: string, ms: number, rejoin: boolean): void
  /** All is done that was to be done. */
  protected abstract rested(): void

  emit(message: Message): void {
    this.run(() => {
      const mine = [...this.queues.keys()].flatMap((room) => this.mineIn(room))
      const bytes = mine.reduce((sum, other) => sum + other.bytes, message.bytes)
      if (mine.length < this.#limit.messages && bytes <= this.#limit.bytes) return this.#add([message], false)
      const sentence = `"${message.event}" was not sent to room ${message.room}: ${mine.length} messages of ${bytes - message.bytes} bytes wait already`
      this.tell(message, { state: 'rejected', error: new RoomfulError('QUEUE_FULL', sentence) })
    })
  }

  /** Of pages that are gone: before ours at the start, behind them later (C11). */
  adopt(messages: readonly Message[], inFront: boolean): void {
    this.run(() => this.#add(messages, inFront))
  }

  ready(): void {
    this.run(() => (this.isReady = true))
  }

  /** What nobody owned yet is ours. Another user's own messages wait until what that user's earlier pages left is taken over. */
  greet(user: string | null, windowMs: number): void {
    this.run(() => {
      this.isReady &&= this.user === user
      this.user = user
      this.standing = 'told'
      this.#windowMs = windowMs
      this.#claim((message) => message.user === undefined)
    })
  }

  /** The server is a plain one: nobody will say whether we are who the app said. What earlier pages left stays as it is. */
  plain(cid: string): void {
    this.run(() => {
      const { user, standing } = this
      this.user = undefined
      this.standing = 'past'
      this.isReady = true
      if (standing === 'assumed' && user !== undefined)
        this.#claim((message) => message.cid === cid && message.user === user)
    })
  }

  /** Nobody seeks a connection any more. What is nobody's yet must not become the next user's; what is somebody's waits for them. */
  stopped(error: RoomfulError): void {
    this.run(() => {
      this.standing = 'past'
      for (const queue of this.queues.values()) queue.end(({ user }) => (user === undefined ? error : undefined))
    })
  }

  /** What happened in one room; see `RoomQueue`. */
  in(room: string, change: (queue: RoomQueue) => void): void {
    this.run(() => change(this.#queueOf(room)))
  }

  /** We may not be in the room. */
  refused(room: string, error: RoomfulError): void {
    this.in(room, (queue) => queue.end((message) => (this.#isMine(message) ? error : undefined)))
  }

  stored(isStored: boolean): void {
    this.run(() => {
      const settled = this.#storing?.done(isStored) ?? []
      this.#storing = undefined
      for (const { message, outcome } of settled) this.tell(message, outcome)
      this.#send()
    })
  }

  /** Those of ours that wait in a room, or are on their way, oldest first. */
  mineIn(room: string): Message[] {
    return [...(this.queues.get(room)?.messages ?? [])].filter((message) => this.#isMine(message))
  }

  /** One input after the other: what one brings about may be the next. */
  run(input: () => void): void {
    this.#inputs.push(input)
    if (this.#isRunning) return
    this.#isRunning = true
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
      next()
      this.#proceed()
      for (const output of this.#outputs.splice(0)) output()
    }
    this.#isRunning = false
    this.rested()
  }

  /** What is to go next, once the storage is free: batches are made, and all changes stored in one step before they leave (C3). */
  #proceed(): void {
    if (this.#storing) return
    for (const [room, queue] of this.queues) {
      this.#depart(queue)
      if (!queue.session && queue.messages.size === 0) this.queues.delete(room)
    }
    const isWaiting = (message: Message): boolean => this.queues.get(message.room)?.messages.has(message) === true
    const step = this.unstored?.take(isWaiting, this.now())
    this.#storing = step
    if (step) this.#outputs.push(() => this.keep(step.put, step.remove))
    else this.#send()
  }

  /** Makes a room's next batch, where one may go. */
  #depart(queue: RoomQueue): void {
    const { session } = queue
    if (!session || !queue.isIdle || !this.isReady) return
    const { epoch } = session
    const isPlain = epoch === undefined
    if (!isPlain) queue.expire(session, this.user, this.now() - this.#windowMs)
    // Without a key in its way, a message must not have been sent with one (C15).
    const isNext = ({ user, sentAt }: Message): boolean =>
      isPlain ? user === undefined && sentAt === undefined : this.standing === 'told' && user === this.user
    const messages = queue.nextBatch(session, isNext)
    if (messages.length === 0) return
    const fresh = new Set(messages.filter(({ sentAt }) => sentAt === undefined))
    queue.flight = { epoch, messages, fresh, isSent: false }
    if (!isPlain) for (const message of fresh) this.unstored?.departs(message)
  }

  /** Batches whose messages are stored leave, without what was ended meanwhile. */
  #send(): void {
    for (const [room, queue] of this.queues) {
      const { flight } = queue
      if (!flight || flight.isSent) continue
      flight.isSent = true
      if (flight.epoch !== undefined) for (const message of flight.fresh) message.sentAt ??= this.now()
      flight.messages = queue.flying()
      if (flight.messages.length > 0) this.#outputs.push(() => this.send(room, flight))
      else queue.flight = undefined
    }
  }

  #queueOf(room: string): RoomQueue {
    let queue = this.queues.get(room)
    if (!queue) {
      queue = new RoomQueue({
        queued: (message) => this.#outputs.push(() => this.queued(message)),
        settled: (message, outcome) => {
          if (this.unstored && outcome.state !== 'confirmed') return this.unstored.ended(message, outcome)
          this.unstored?.changed(message)
          this.tell(message, outcome)
        },
        wait: (ms, rejoin) => this.#outputs.push(() => this.wait(room, ms, rejoin)),
      })
      this.queues.set(room, queue)
    }
    return queue
  }

  #add(messages: readonly Message[], inFront: boolean): void {
    for (const message of messages) {
      this.unstored?.changed(message)
      this.#outputs.push(() => this.queued(message))
    }
    for (const room of new Set(messages.map((message) => message.room))) {
      const queue = this.#queueOf(room)
      const added = messages.filter((message) => message.room === room)
      queue.messages = new Set(inFront ? [...added, ...queue.messages] : [...queue.messages, ...added])
    }
  }

  /** Messages become those of who we are now. */
  #claim(which: (message: Message) => boolean): void {
    for (const queue of this.queues.values())
      for (const message of queue.messages)
        if (which(message)) {
          message.user = this.user
          this.unstored?.changed(message)
        }
  }

  tell(message: Message, outcome: Outcome): void {
    this.#outputs.push(() => this.settled(message, outcome))
  }

  /** Whether the message waits for us, rather than for another user. */
  #isMine({ user }: Message): boolean {
    return user === this.user || user === undefined
  }
}
