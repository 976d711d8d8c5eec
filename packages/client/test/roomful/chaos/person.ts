import { setTimeout as delay } from 'node:timers/promises'
import type { Backend } from './backend.ts'
import { Page, type PageParts, ROOMS } from './page.ts'
import { applyNetworkFault } from './network-fault.ts'
import type { FaultOf } from './plan.ts'
import { between, type Random } from './random.ts'

/** Less than the 500 that the outbox takes. */
const MAX_UNCONFIRMED = 400

/** A user with one tab, who sends all the time and sometimes reloads the page. */
export class Person {
  readonly #parts: PageParts
  readonly #random: Random
  readonly #closing: Promise<void>[] = []
  #page: Page
  #pages = 1
  #sentCount = 0
  #isSending = true

  static async start(parts: PageParts): Promise<Person> {
    return new Person(parts, await Page.open(1, parts))
  }

  private constructor(parts: PageParts, page: Page) {
    this.#parts = parts
    this.#random = parts.random
    this.#page = page
  }

  get page(): Page {
    return this.#page
  }

  get reloads(): number {
    return this.#pages - 1
  }

  async sendUntilStopped(): Promise<void> {
    while (this.#isSending) {
      await delay(between(this.#random, 20, 160))
      for (let left = between(this.#random, 1, 4); left > 0; left--) this.#sendAny()
    }
  }

  /** One more message to each room, so that each member has one to receive. */
  sendLast(): void {
    for (const room of ROOMS) this.#sendNumbered(room)
  }

  stopSending(): void {
    this.#isSending = false
  }

  async applyFault({ kind, forMs }: FaultOf<'page'>, backend: Pick<Backend, 'putOut' | 'sendAway'>): Promise<void> {
    if (kind === 'reload') return this.#reload()
    if (kind === 'leave') return this.#leave(this.#page, forMs)
    if (kind === 'put out' || kind === 'ban') return this.#putOut(backend, kind === 'ban' ? forMs : 0)
    if (kind === 'bye') return backend.sendAway(this.#parts.user)
    return applyNetworkFault(this.#page.proxy, kind, forMs, this.#random)
  }

  /** Resolves when all packets of closed pages have arrived or are lost. */
  async untilPagesClosed(): Promise<void> {
    await Promise.all(this.#closing)
  }

  async #reload(): Promise<void> {
    this.#closing.push(this.#page.kill())
    this.#pages += 1
    this.#page = await Page.open(this.#pages, this.#parts)
  }

  async #leave(page: Page, forMs: number): Promise<void> {
    const room = this.#randomRoom()
    page.leave(room)
    await delay(forMs)
    page.join(room)
  }

  /** The page joins again: `Page`. */
  async #putOut(backend: Pick<Backend, 'putOut'>, banMs: number): Promise<void> {
    const { user, record } = this.#parts
    const room = this.#randomRoom()
    record.putOut.add(`${user} ${room}`)
    await backend.putOut(user, room, banMs)
  }

  #sendAny(): void {
    const isSpam = this.#random() < 0.03
    const room = this.#randomRoom()
    if (this.#page.unconfirmed >= MAX_UNCONFIRMED) return
    if (isSpam) this.#page.send(room, 'spam')
    else this.#sendNumbered(room)
  }

  #sendNumbered(room: string): void {
    if (this.#page.send(room, `${this.#parts.user} ${this.#sentCount + 1}`)) this.#sentCount += 1
  }

  #randomRoom(): string {
    return ROOMS[between(this.#random, 0, ROOMS.length - 1)]!
  }
}
