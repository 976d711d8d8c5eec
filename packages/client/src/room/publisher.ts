import { type Receipt, RoomfulError } from '@roomful/contract'
import { snapshot } from '../events/snapshot.ts'
import type { Outgoing, Published, RoomProtocol } from './room-protocol.ts'

interface Pending extends Outgoing {
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: RoomfulError) => void
}

export interface PublisherHooks {
  isReady(): boolean
  /** The next number of this page; with the page's id it names a message. */
  nextNumber(): number
  /** The server does not count us a member (any more). */
  rejoin(): void
  /** It was not sent, and will not be. */
  dropped(event: string, error: RoomfulError): void
}

/** The first wait after an answer that took nothing; it doubles with each in a row. */
const FRUITLESS_MS = 100
const LONGEST_FRUITLESS_MS = 5_000

/** What is around an item in a batch: its number, its event's name, JSON's own signs. */
const ENVELOPE_BYTES = 128

/** One room's messages on their way out: in order, one batch at a time, and only while joined. SPEC.md, rules PB. */
export class Publisher {
  readonly #room: string
  readonly #limit: number
  readonly #hooks: PublisherHooks
  #pending: Pending[] = []
  #session: { readonly protocol: RoomProtocol; readonly epoch: string | undefined } | undefined
  #isBusy = false
  /** How many answers in a row took none of what they were given. */
  #fruitless = 0
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #whenIdle: (() => void)[] = []
  /** Why nothing is to be sent, after `fail`. */
  #failure: RoomfulError | undefined

  constructor(room: string, limit: number, hooks: PublisherHooks) {
    this.#room = room
    this.#limit = limit
    this.#hooks = hooks
  }

  publish(event: string, data: unknown): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length >= this.#limit) {
        const sentence = `"${event}" was not sent: ${this.#limit} messages already wait in room ${this.#room} (queueLimit)`
        return this.#drop([{ event, reject }], new RoomfulError('QUEUE_FULL', sentence))
      }
      const kept = snapshot(event, data)
      const bytes = bytesOf(kept)
      this.#pending.push({ n: this.#hooks.nextNumber(), event, data: kept, bytes, resolve, reject })
      this.#pump()
    })
  }

  /** Joined: what waits may go. */
  open(protocol: RoomProtocol, epoch: string | undefined): void {
    this.#session = { protocol, epoch }
    this.#failure = undefined
    this.#pump()
  }

  /** Not joined now: what was not sent waits. */
  close(): void {
    this.#session = undefined
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    if (!this.#isBusy) this.#tellIdle()
  }

  /** Not joined, and not to be: what waits is never sent. */
  fail(error: RoomfulError): void {
    this.close()
    this.#failure = error
    this.#drop(this.#pending.splice(0), error)
    this.#tellIdle()
  }

  /** Resolves when nothing is on its way any more, or can be. */
  idle(): Promise<void> {
    if (!this.#session || (!this.#isBusy && this.#pending.length === 0)) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #pump(): void {
    while (this.#session && !this.#isWaiting() && this.#pending.length > 0 && this.#hooks.isReady()) {
      const { protocol, epoch } = this.#session
      const batch = this.#pending.splice(0, protocol.batchSize(this.#pending))
      const published = protocol.publish(this.#room, epoch, batch)
      if (!(published instanceof Promise)) {
        this.#settle(batch, published)
        continue
      }
      this.#isBusy = true
      published
        .then(
          (answer) => this.#settle(batch, answer),
          (error: unknown) => batch.forEach((message) => message.reject(RoomfulError.from(error))),
        )
        .finally(() => {
          this.#isBusy = false
          this.#pump()
        })
        .catch(() => {}) // both branches above handle what can fail
    }
    if (!this.#isBusy && (!this.#session || this.#pending.length === 0)) this.#tellIdle()
  }

  #settle(batch: readonly Pending[], { results, rest }: Published): void {
    results.forEach((result, index) => {
      if (result instanceof RoomfulError) batch[index]?.reject(result)
      else batch[index]?.resolve(result)
    })
    if (!rest) {
      this.#fruitless = 0
      return
    }
    const untouched = batch.slice(results.length)
    if (this.#failure) return this.#drop(untouched, this.#failure)
    this.#pending.unshift(...untouched)
    this.#fruitless = results.length > 0 ? 0 : this.#fruitless + 1
    // Who waits for us to be idle is about to leave: no other join then.
    if (rest.rejoin && this.#whenIdle.length > 0) return this.fail(rest.error)
    const waitMs = (rest.afterMs || this.#fruitlessMs()) * (1 + Math.random() / 2)
    if (rest.rejoin && waitMs === 0) return this.#hooks.rejoin()
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined
      if (rest.rejoin) this.#hooks.rejoin()
      else this.#pump()
    }, waitMs)
  }

  /** A server that again and again takes nothing, and names no wait, must not be asked in a tight loop. */
  #fruitlessMs(): number {
    if (this.#fruitless < 2) return 0
    return Math.min(LONGEST_FRUITLESS_MS, FRUITLESS_MS * 2 ** (this.#fruitless - 2))
  }

  #drop(messages: readonly Pick<Pending, 'event' | 'reject'>[], error: RoomfulError): void {
    for (const { event, reject } of messages) {
      this.#hooks.dropped(event, error)
      reject(error)
    }
  }

  /** For an answer, or for as long as the server asked. */
  #isWaiting(): boolean {
    return this.#isBusy || this.#retryTimer !== undefined
  }

  #tellIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}

function bytesOf(data: unknown): number {
  return new TextEncoder().encode(JSON.stringify(data) ?? '').length + ENVELOPE_BYTES
}
