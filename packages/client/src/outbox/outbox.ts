import { type Hello, type Receipt, RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import type { Unsubscribe } from '../emitter.ts'
import { hasBinary, snapshot } from '../events/snapshot.ts'
import { createGuardedStore } from '../guarded-store.ts'
import { pageId } from '../page-id.ts'
import type { OutboxOption } from './keeper.ts'
import { bytesOf, keyOf, type Message, messageId, type Outcome } from './message.ts'
import { type OutgoingEntry, Watchers } from './outgoing.ts'
import { outbox } from './outbox-state.ts'
import { authorOf, countsOf, flyingIn, holds, messagesIn, type OutboxStatus, outgoingIn } from './outbox-views.ts'
import { newOutbox, type OutboxHooks, type OutboxInput, type OutboxOutput } from './outbox-types.ts'
import { Receipts } from './receipts.ts'
import { type Flight, type Session } from './room-queue.ts'
import { RoomTimers } from './room-timers.ts'
import { Safekeeping } from './safekeeping.ts'

const MAX_BYTES = 1_048_576
/** How much sooner than the server we forget a key. */
const MARGIN_MS = 3_600_000

/** Gives the pure outbox a socket, a storage, timers and promises. */
export class Outbox {
  readonly store: StoreApi<OutboxStatus>
  readonly #safekeeping: Safekeeping
  readonly #hooks: OutboxHooks
  #cid = pageId()
  #lastNumber = 0
  #state
  #inputs: OutboxInput[] = []
  #isRunning = false
  /** The server's clock less ours. */
  #clockMs = Date.now() - performance.now()
  readonly #receipts = new Receipts()
  readonly #watchers: Watchers
  readonly #timers = new RoomTimers()

  constructor(url: string, limit: number, option: OutboxOption | undefined, hooks: OutboxHooks) {
    this.#hooks = hooks
    this.#watchers = new Watchers(hooks.report)
    this.#safekeeping = new Safekeeping(
      option,
      { url, cid: this.#cid },
      {
        adopted: (messages) => this.#run({ type: 'adopted', messages, inFront: false }),
        lost: (cid) => this.#lost(cid),
        placed: () => {
          this.#count()
          hooks.placed()
        },
        failed: (error) => hooks.storageFailed(error),
      },
    )
    this.#state = newOutbox(option?.user, { messages: limit, bytes: MAX_BYTES })
    this.store = createGuardedStore<OutboxStatus>({ queued: 0, sending: 0, place: 'memory' }, hooks.report)
  }

  /** Who we are, as the server said last; undefined where it tells nobody apart. */
  get selfId(): string | undefined {
    return this.#state.user ?? undefined
  }

  /** Its id is known at once, its receipt when the server has it. */
  publish(room: string, event: string, data: unknown): { readonly id: string; readonly receipt: Promise<Receipt> } {
    const copy = snapshot(event, data)
    if (this.#state.standing === 'told' && hasBinary(copy))
      throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" has binary in it, and a room's log is JSON`)
    const message: Message = {
      cid: this.#cid,
      n: ++this.#lastNumber,
      user: authorOf(this.#state),
      room,
      event,
      data: copy,
      bytes: bytesOf(copy),
    }
    const receipt = this.#receipts.of(message)
    this.#run({ type: 'emit', message })
    return { id: messageId(message), receipt }
  }

  /** A connection is sought: where the app says who we are, what waits is taken over meanwhile. */
  begin(): void {
    const { user, isReady } = this.#state
    if (user !== undefined && !isReady) void this.#takeOver(user)
  }

  /** The server speaks roomful/1, and says who we are. */
  welcome({ user, limits, now }: Hello): void {
    this.#clockMs = (typeof now === 'number' ? now : Date.now()) - performance.now()
    const id = user?.id ?? null
    this.#run({ type: 'welcome', user: id, windowMs: Math.max(0, limits.dedupMs - MARGIN_MS) })
    void this.#takeOver(id)
  }

  plain(): void {
    this.#run({ type: 'plain', cid: this.#cid })
  }

  /** Nobody seeks a connection any more: what other pages leave is for those that do. */
  stopped(error: RoomfulError): void {
    this.#safekeeping.rest()
    this.#run({ type: 'stopped', error })
  }

  open(room: string, session: Session): void {
    this.#run({ type: 'open', room, session })
  }

  close(room: string, isOurs: boolean): void {
    this.#timers.stop(room)
    this.#run({ type: 'close', room, isOurs })
  }

  refused(room: string, error: RoomfulError): void {
    this.#run({ type: 'refused', room, error })
  }

  /** Whether messages of ours wait in the room. */
  holds(room: string): boolean {
    return holds(this.#state, room)
  }

  /** The rooms in which messages of ours wait. */
  rooms(): string[] {
    return [...this.#state.rooms.keys()].filter((room) => this.holds(room))
  }

  outgoing(room: string): OutgoingEntry[] {
    return outgoingIn(this.#state, room)
  }

  watch(room: string, listener: (entry: OutgoingEntry) => void): Unsubscribe {
    return this.#watchers.add(room, listener)
  }

  discard(room: string, id: string): void {
    const message = messagesIn(this.#state, room).find((other) => messageId(other) === id)
    if (message) this.#run({ type: 'discard', message })
  }

  /** One input after the other: what one brings about may be the next. */
  #run(input: OutboxInput): void {
    this.#inputs.push(input)
    if (this.#isRunning) return
    this.#isRunning = true
    const done = new Set<string>()
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
      if (next.type === 'emit') this.#watchers.tell(next.message, 'queued')
      const before = 'room' in next ? flyingIn(this.#state, next.room) : []
      const { state, outputs } = outbox(this.#state, next, performance.now() + this.#clockMs)
      this.#state = state
      for (const output of outputs) {
        if (output.type === 'tell') done.add(output.message.room)
        this.#do(output)
      }
      if (next.type === 'adopted') this.#adopted(next.messages)
      if ('room' in next) this.#tellWaiting(next.room, before)
    }
    this.#isRunning = false
    this.#count()
    for (const room of done) if (!this.holds(room)) this.#hooks.idle(room)
  }

  #do(output: OutboxOutput): void {
    switch (output.type) {
      case 'store': {
        const saving = this.#safekeeping.save(output.changes)
        if (!saving) return this.#run({ type: 'stored', isStored: true })
        return void saving.then((isStored) => this.#run({ type: 'stored', isStored }))
      }
      case 'send':
        return this.#send(output.room, output.flight)
      case 'tell':
        return this.#tell(output.message, output.outcome)
      case 'wait': {
        const { room, ms, rejoin } = output
        return this.#timers.start(room, ms, () => {
          this.#run({ type: 'wake', room })
          if (rejoin) this.#hooks.rejoin(room)
        })
      }
    }
  }

  #send(room: string, flight: Flight): void {
    const { messages } = flight
    for (const message of messages) this.#watchers.tell(message, 'sending')
    const answer = this.#hooks.send(room, flight)
    if (!(answer instanceof Promise)) return this.#run({ type: 'written', room, flight, errors: answer })
    answer.then(
      (said) => this.#run({ type: 'answer', room, flight, answer: said }),
      ({ code }: RoomfulError) => {
        if (code !== 'DISCONNECTED') this.#run({ type: 'unanswered', room, flight }) // else the room is closed with the connection
      },
    )
  }

  async #takeOver(user: string | null): Promise<void> {
    const messages = await this.#safekeeping.adopt(user)
    if (messages.length > 0) this.#run({ type: 'adopted', messages, inFront: !this.#state.isReady })
    if (!this.#state.isReady && user === this.#state.user) this.#run({ type: 'ready' })
  }

  /** Another page has these now; what is sent from here on needs another key. */
  #lost(cid: string): void {
    this.#run({ type: 'lost', cid })
    if (cid !== this.#cid) return
    this.#cid = pageId()
    this.#lastNumber = 0
    this.#safekeeping.giveUp(new RoomfulError('UNKNOWN', 'another page has taken over what waited here'))
  }

  #adopted(messages: readonly Message[]): void {
    for (const message of messages) this.#watchers.tell(message, 'queued')
    for (const room of new Set(messages.map((message) => message.room))) this.#hooks.needed(room)
  }

  #tell(message: Message, outcome: Outcome): void {
    this.#receipts.settle(message, outcome)
    if (outcome.state !== 'confirmed' && outcome.error) this.#hooks.dropped(message.room, message.event, outcome.error)
    this.#watchers.tell(message, outcome.state, outcome)
  }

  /** Of those that were on their way: what still waits does so again. */
  #tellWaiting(room: string, before: readonly Message[]): void {
    if (before.length === 0) return
    const now = new Set(flyingIn(this.#state, room).map(keyOf))
    const left = new Set(messagesIn(this.#state, room).map(keyOf))
    for (const message of before)
      if (left.has(keyOf(message)) && !now.has(keyOf(message))) this.#watchers.tell(message, 'queued')
  }

  #count(): void {
    const now = { ...countsOf(this.#state), place: this.#safekeeping.place }
    const { queued, sending, place } = this.store.getState()
    if (now.queued !== queued || now.sending !== sending || now.place !== place) this.store.setState(now, true)
  }
}
