import { type Receipt, RoomfulError } from '@roomful/contract'
import type { Hello } from '@roomful/contract/protocol'
import type { StoreApi } from 'zustand/vanilla'
import { Listeners, type Unsubscribe } from '../../emitter.ts'
import { hasBinary, snapshot } from '../../events/snapshot.ts'
import { createGuardedStore } from '../../guarded-store.ts'
import { pageId } from './page-id.ts'
import type { OutboxOption, Safekeeping } from '../storage/keeper.ts'
import { bytesOf, type Message, messageId, type Outcome } from './message.ts'
import { OutboxCore } from './outbox-core.ts'
import type { OutboxHooks, OutboxStatus } from './outbox-types.ts'
import { entryOf, type OutgoingEntry } from './outgoing.ts'
import type { Flight, Session } from './room-queue.ts'

const MAX_BYTES = 1_048_576
/** How much sooner than the server we forget a key. */
const MARGIN_MS = 3_600_000

interface Waiting {
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: RoomfulError) => void
}

/** Gives the pure outbox a socket, a storage, timers and promises. */
export class Outbox extends OutboxCore {
  readonly store: StoreApi<OutboxStatus>
  readonly #safekeeping: Safekeeping | undefined
  readonly #hooks: OutboxHooks
  #cid = pageId()
  #lastNumber = 0
  /** The server's clock less ours. */
  #clockMs = Date.now() - performance.now()
  /** The promises of what this page has sent. */
  readonly #receipts = new WeakMap<Message, Waiting>()
  readonly #watchers = new Listeners<[OutgoingEntry]>()
  /** One wait a room. */
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** Rooms in which a message has ended since the last rest. */
  readonly #settled = new Set<string>()

  constructor(url: string, limit: number, option: OutboxOption | undefined, hooks: OutboxHooks) {
    super(option?.user, { messages: limit, bytes: MAX_BYTES }, option?.unstored())
    this.#hooks = hooks
    this.store = createGuardedStore<OutboxStatus>({ queued: 0, sending: 0, place: 'memory' }, hooks.report)
    this.#safekeeping = option?.keep(
      { url, cid: this.#cid },
      {
        outbox: this,
        needed: (room) => hooks.needed(room),
        renew: () => {
          this.#cid = pageId()
          this.#lastNumber = 0
        },
        placed: () => {
          this.rested()
          hooks.placed()
        },
        failed: (error) => hooks.storageFailed(error),
      },
    )
  }

  /** Who we are, as the server said last; undefined where it tells nobody apart. */
  get selfId(): string | undefined {
    return this.user ?? undefined
  }

  /** Its id is known at once, its receipt when the server has it. */
  publish(room: string, event: string, given: unknown): { readonly id: string; readonly receipt: Promise<Receipt> } {
    const data = snapshot(event, given)
    if (this.standing === 'told' && hasBinary(data))
      throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" has binary in it, and a room's log is JSON`)
    const user = this.standing === 'past' ? undefined : this.user
    const message: Message = { cid: this.#cid, n: ++this.#lastNumber, user, room, event, data, bytes: bytesOf(data) }
    const receipt = new Promise<Receipt>((resolve, reject) => this.#receipts.set(message, { resolve, reject }))
    this.emit(message)
    return { id: messageId(message), receipt }
  }

  /** A connection is sought: where the app says who we are, what waits is taken over meanwhile. */
  begin(): void {
    if (this.user !== undefined && !this.isReady) void this.#safekeeping?.takeOver(this.user)
  }

  /** The server speaks roomful/1, and says who we are. */
  welcome({ user, limits, now }: Hello): void {
    this.#clockMs = (typeof now === 'number' ? now : Date.now()) - performance.now()
    const id = user?.id ?? null
    this.greet(id, Math.max(0, limits.dedupMs - MARGIN_MS))
    if (this.#safekeeping) void this.#safekeeping.takeOver(id)
    else this.ready()
  }

  override plain(): void {
    super.plain(this.#cid)
  }

  /** Nobody seeks a connection any more: what other pages leave is for those that do. */
  override stopped(error: RoomfulError): void {
    this.#safekeeping?.rest()
    super.stopped(error)
  }

  open(room: string, session: Session): void {
    this.in(room, (queue) => (queue.session = session))
  }

  close(room: string, isOurs: boolean): void {
    clearTimeout(this.#timers.get(room))
    this.in(room, (queue) => queue.closed(isOurs))
  }

  /** Whether messages of ours wait in the room. */
  holds(room: string): boolean {
    return this.mineIn(room).length > 0
  }

  /** The rooms in which messages of ours wait. */
  rooms(): string[] {
    return [...this.queues.keys()].filter((room) => this.holds(room))
  }

  /** Hears of each new one in a room, and of each change. */
  watch(room: string, listener: (entry: OutgoingEntry) => void): Unsubscribe {
    return this.#watchers.add(room, listener)
  }

  protected now(): number {
    return performance.now() + this.#clockMs
  }

  protected queued(message: Message): void {
    this.#show(message, 'queued')
  }

  protected settled(message: Message, outcome: Outcome): void {
    const { room, event } = message
    const error = outcome.state === 'confirmed' ? undefined : outcome.error
    const waiting = this.#receipts.get(message)
    const id = messageId(message)
    this.#settled.add(room)
    if (outcome.state === 'confirmed') waiting?.resolve({ confirmed: true, id, seq: outcome.seq, at: outcome.at })
    else if (error) waiting?.reject(error)
    else waiting?.resolve({ confirmed: false, id })
    if (error) this.#hooks.dropped(room, event, error)
    this.#show(message, outcome.state, outcome)
  }

  protected keep(put: readonly Message[], remove: readonly Message[]): void {
    const saving = this.#safekeeping?.save(put, remove)
    if (saving) void saving.then((isStored) => this.stored(isStored))
    else this.stored(true)
  }

  protected send(room: string, flight: Flight): void {
    for (const message of flight.messages) this.#show(message, 'sending')
    const answer = this.#hooks.send(room, flight)
    if (!(answer instanceof Promise)) return this.in(room, (queue) => queue.written(flight, answer))
    answer.then(
      (said) => this.in(room, (queue) => queue.answered(flight, said)),
      ({ code }: RoomfulError) => {
        if (code !== 'DISCONNECTED') this.in(room, (queue) => queue.unanswered(flight)) // else the room is closed with the connection
      },
    )
  }

  /** With jitter, so that not all who were told to wait come back at once. */
  protected wait(room: string, ms: number, rejoin: boolean): void {
    clearTimeout(this.#timers.get(room))
    const over = (): void => {
      this.in(room, (queue) => queue.woken())
      if (rejoin) this.#hooks.rejoin(room)
    }
    this.#timers.set(room, setTimeout(over, ms * (1 + Math.random() / 2)))
  }

  protected rested(): void {
    const place = this.#safekeeping?.place ?? 'memory'
    let queued = 0
    let sending = 0
    for (const [room, queue] of this.queues) {
      const flying = queue.flying().length
      sending += flying
      queued += this.mineIn(room).length - flying
    }
    const known = this.store.getState()
    if (queued !== known.queued || sending !== known.sending || place !== known.place)
      this.store.setState({ queued, sending, place }, true)
    const rooms = [...this.#settled]
    this.#settled.clear()
    for (const room of rooms) if (!this.holds(room)) this.#hooks.idle(room)
  }

  #show(message: Message, state: OutgoingEntry['state'], details?: Outcome): void {
    const entry = entryOf(message, state, details)
    this.#watchers.of(message.room)?.call([entry], (error) => this.#hooks.report(error, 'outbox'))
  }
}
