import { type Receipt, RoomfulError } from '@roomful/contract'
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
}

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
        return reject(new RoomfulError('QUEUE_FULL', sentence))
      }
      const bytes = bytesOf(event, data)
      this.#pending.push({ n: this.#hooks.nextNumber(), event, data, bytes, resolve, reject })
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
    reject(this.#pending.splice(0), error)
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
          (error: unknown) => reject(batch, RoomfulError.from(error)),
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
    if (!rest) return
    const untouched = batch.slice(results.length)
    if (this.#failure) return reject(untouched, this.#failure)
    this.#pending.unshift(...untouched)
    // Who waits for us to be idle is about to leave: no other join then.
    if (rest.rejoin) return this.#whenIdle.length > 0 ? this.fail(rest.error) : this.#hooks.rejoin()
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = undefined
        this.#pump()
      },
      rest.afterMs * (1 + Math.random() / 2),
    )
  }

  /** For an answer, or for as long as the server asked. */
  #isWaiting(): boolean {
    return this.#isBusy || this.#retryTimer !== undefined
  }

  #tellIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}

function reject(messages: readonly Pending[], error: RoomfulError): void {
  for (const message of messages) message.reject(error)
}

/** Also finds out now, while the caller can be told, that data cannot be encoded. */
function bytesOf(event: string, data: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(data) ?? '').length + ENVELOPE_BYTES
  } catch (cause) {
    throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" cannot be encoded`, { cause })
  }
}
