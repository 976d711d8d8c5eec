import { RoomfulError } from '@roomful/contract'
import { type Message, type Outcome, unanswered } from './message.ts'
import type { OutboxInput, OutboxOutput, RoomQueueOutput, StoreResult } from './outbox-steps.ts'
import type { PendingWrites } from './pending-writes.ts'
import { RoomQueue } from './room-queue.ts'

export interface OutboxSettings {
  /** The user that the app names before the server does. */
  readonly user?: string | null | undefined
  /** How much of a user may wait: messages, and bytes of their data. */
  readonly limit: { readonly messages: number; readonly bytes: number }
  /** Where there is a storage. */
  readonly writes: PendingWrites | undefined
}

/** The messages of all rooms that the server has not confirmed. SPEC.md, rules OB. Pure: the runner performs the outputs. */
export class OutboxCore {
  user: string | null | undefined
  /** `assumed`: no server has named the user yet. `ended`: the client stopped, and the next user may be another one. */
  identity: 'assumed' | 'confirmed' | 'ended' = 'assumed'
  /** The messages of the user's closed pages are adopted, so that new ones may go behind them. */
  isReady = false
  readonly queues: Map<string, RoomQueue> = new Map()
  readonly #limit: OutboxSettings['limit']
  readonly #writes: PendingWrites | undefined
  #blocked: ReadonlySet<string> = new Set()
  #windowMs = 0
  #nowMs = 0
  #isStoring = false
  #ended: RoomfulError | undefined
  #outputs: OutboxOutput[] = []

  constructor({ user, limit, writes }: OutboxSettings) {
    this.user = user
    this.#limit = limit
    this.#writes = writes
  }

  /** `nowMs` is the time of the server's clock. */
  step(input: OutboxInput, nowMs: number): OutboxOutput[] {
    this.#nowMs = nowMs
    this.#apply(input)
    this.#proceed()
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  /** The current user's messages in a room, oldest first. */
  messagesIn(room: string): Message[] {
    return [...(this.queues.get(room)?.messages ?? [])].filter((message) => this.isOwn(message))
  }

  /** The current user's messages: how many wait and are under way, their bytes, and the rooms that they need. */
  count(): { queued: number; sending: number; bytes: number; rooms: Set<string> } {
    const counts = { queued: 0, sending: 0, bytes: 0, rooms: new Set<string>() }
    for (const [room, queue] of this.queues) {
      const { messages, bytes, sending, isNeeded } = queue.count(this.user)
      counts.queued += messages - sending
      counts.sending += sending
      counts.bytes += bytes
      if (isNeeded) counts.rooms.add(room)
    }
    return counts
  }

  /** Whether the message is the current user's, rather than an earlier one's. */
  isOwn({ user }: Message): boolean {
    return user === this.user || user === undefined
  }

  #apply(input: OutboxInput): void {
    switch (input.type) {
      case 'emit':
        return this.#emit(input.message)
      case 'adopt':
        for (const message of input.messages) this.#writes?.adopt(message)
        return this.#add(input.messages, !this.isReady)
      case 'ready':
        this.isReady ||= input.user === this.user
        return
      case 'user':
        return this.#setUser(input.user, input.windowMs)
      case 'stopped':
        this.identity = 'ended'
        return this.#end(({ user }) => user === undefined, input.error)
      case 'end':
        this.#ended = input.error
        this.#drop((message) => unanswered(message, input.error, this.#mayBeSent(message)))
        return this.queues.clear()
      case 'blocked':
        this.#blocked = input.names
        return
      case 'lost':
        return this.#lose(input.cid)
      case 'stored':
        return this.#stored(input.result)
      case 'open':
        return this.#queueOf(input.room).open(input.session)
      case 'joining':
        this.#queueOf(input.room).isJoining = true
        return
      case 'continued':
        return this.#push(this.queues.get(input.room)?.continueIn(input.epoch))
      case 'distrust':
        return this.#push(this.queues.get(input.room)?.distrust())
      case 'close':
        return this.#push(this.queues.get(input.room)?.close(input.isOwn))
      case 'left':
        return this.#push(this.queues.get(input.room)?.leave())
      case 'refused':
        return this.#push(this.queues.get(input.room)?.refuse(input.error, (message) => this.isOwn(message)))
      case 'answer':
        return this.#push(this.queues.get(input.batch.room)?.answer(input.batch, input.answer))
      case 'no-answer':
        return this.#push(this.queues.get(input.batch.room)?.noAnswer(input.batch))
      case 'woken':
        return this.queues.get(input.room)?.wake()
      case 'discard':
        return this.#discard(input)
    }
  }

  /** Makes batches, and stores all changes in one transaction before the batches go (C3). */
  #proceed(): void {
    if (this.#isStoring) return
    for (const [room, queue] of this.queues) {
      this.#makeBatch(queue)
      if (!queue.session && queue.messages.size === 0) this.queues.delete(room)
    }
    const transaction = this.#writes?.take(this.#nowMs)
    if (!transaction) return this.#send()
    const { put, remove } = transaction
    if (put.length === 0 && remove.length === 0) return this.#stored('stored')
    this.#isStoring = true
    this.#outputs.push({ type: 'store', put, remove })
  }

  #makeBatch(queue: RoomQueue): void {
    const { user } = this
    if (user === undefined || this.identity !== 'confirmed' || !this.isReady || !queue.isIdle) return
    this.#push(queue.endExpired(user, this.#nowMs - this.#windowMs, this.#blocked))
    for (const message of queue.makeBatch(user, this.#blocked)) this.#writes?.mark(message)
  }

  /** Sends the batches whose messages are stored. Where a message of a batch has ended meanwhile, the rest is a new batch, which is stored first (C3). */
  #send(): void {
    for (const queue of this.queues.values()) {
      const { batch } = queue
      if (!batch || batch.isSent) continue
      if (batch.messages.some((message) => !queue.messages.has(message))) {
        queue.batch = undefined
        continue
      }
      batch.isSent = true
      for (const message of batch.messages) message.sentAt ??= this.#nowMs
      this.#outputs.push({ type: 'send', batch })
    }
  }

  #emit(message: Message): void {
    message.user = this.identity === 'ended' ? undefined : this.user
    const { queued, sending, bytes } = this.count()
    const count = queued + sending
    if (!this.#ended && count < this.#limit.messages && bytes + message.bytes <= this.#limit.bytes) {
      this.#writes?.put(message)
      return this.#add([message], false)
    }
    this.#tell(message, { state: 'rejected', error: this.#ended ?? this.#noRoomFor(message, count, bytes) })
  }

  /** Why the message is not taken, where so many messages are queued. */
  #noRoomFor({ event, room, bytes }: Message, count: number, queuedBytes: number): RoomfulError {
    const sentence = `"${event}" was not sent to room ${room}:`
    return bytes > this.#limit.bytes
      ? new RoomfulError(
          'TOO_LARGE',
          `${sentence} it has ${bytes} bytes, and the outbox takes at most ${this.#limit.bytes}`,
        )
      : new RoomfulError('QUEUE_FULL', `${sentence} ${count} messages of ${queuedBytes} bytes are queued already`)
  }

  /** Messages without a user become this user's. A new user's messages wait until those of the user's closed pages are adopted. */
  #setUser(user: string | null, windowMs: number): void {
    this.isReady &&= user === this.user
    this.user = user
    this.identity = 'confirmed'
    this.#windowMs = windowMs
    for (const queue of this.queues.values())
      for (const message of queue.messages) {
        if (message.user !== undefined) continue
        queue.giveTo(user, message)
        this.#writes?.put(message)
      }
  }

  /** By this page, or by a later one that finds it in the storage. */
  #mayBeSent(message: Message): boolean {
    return message.sentAt !== undefined || this.#writes?.mayHold(message) === true
  }

  #lose(cid: string): void {
    const error = new RoomfulError('UNKNOWN', 'another page took it over')
    for (const queue of this.queues.values()) if (queue.batch?.messages[0]?.cid === cid) queue.batch = undefined
    this.#drop((message) => (message.cid === cid ? unanswered(message, error, true) : undefined))
  }

  #stored(result: StoreResult): void {
    this.#isStoring = false
    const done = this.#writes?.done(result)
    for (const { message, outcome } of done?.told ?? []) this.#tell(message, outcome)
    if (done && done.left.size > 0) this.#drop((message) => done.left.get(message))
    this.#send()
  }

  #discard(input: Extract<OutboxInput, { readonly type: 'discard' }>): void {
    this.#end((message) => {
      const { room = message.room, id = message.id } = input
      return this.isOwn(message) && room === message.room && id === message.id
    }, input.error)
  }

  #queueOf(room: string): RoomQueue {
    const queue = this.queues.get(room) ?? new RoomQueue(room)
    this.queues.set(room, queue)
    return queue
  }

  #add(messages: readonly Message[], isInFront: boolean): void {
    for (const room of new Set(messages.map((message) => message.room))) {
      const added = messages.filter((message) => message.room === room)
      this.#queueOf(room).add(added, isInFront)
    }
    for (const message of messages) this.#outputs.push({ type: 'queued', message })
  }

  /** Ends messages, and takes them out of the storage. */
  #end(isEnded: (message: Message) => boolean, error: RoomfulError): void {
    for (const queue of this.queues.values()) this.#push(queue.end((message) => (isEnded(message) ? error : undefined)))
  }

  /** Ends messages, and leaves them in the storage to another page. */
  #drop(outcomeOf: (message: Message) => Outcome | undefined): void {
    for (const queue of this.queues.values())
      for (const message of queue.messages) {
        const outcome = outcomeOf(message)
        if (!outcome) continue
        queue.delete(message)
        this.#writes?.forget(message)
        this.#tell(message, outcome)
      }
  }

  /** A confirmation is told at once; any other outcome after the removal of the message is stored (C6). */
  #push(outputs: readonly RoomQueueOutput[] = []): void {
    for (const output of outputs) {
      if (output.type === 'settled' && output.outcome.state !== 'confirmed' && this.#writes) {
        this.#writes.settle(output)
        continue
      }
      if (output.type === 'settled') this.#writes?.remove(output.message)
      if (output.type === 'queued' && output.message.sentAt === undefined) this.#writes?.put(output.message) // C7
      this.#outputs.push(output)
    }
  }

  #tell(message: Message, outcome: Outcome): void {
    this.#outputs.push({ type: 'settled', message, outcome })
  }
}
