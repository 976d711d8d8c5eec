import { setTimeout as delay } from 'node:timers/promises'
import { Page, type PageParts, ROOMS } from './page.ts'
import type { PageFault } from './plan.ts'
import { between, type Random } from './random.ts'

/** The outbox takes 500. */
const MOST_WAITING = 400

/** Somebody with one tab, who talks all the while and now and then loads the page again. */
export class Person {
  readonly #parts: PageParts
  readonly #random: Random
  readonly #dying: Promise<void>[] = []
  #page: Page
  #pages = 1
  #said = 0
  #isTalking = true

  static async enter(parts: PageParts): Promise<Person> {
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

  async talk(): Promise<void> {
    while (this.#isTalking) {
      await delay(between(this.#random, 20, 160))
      for (let left = between(this.#random, 1, 4); left > 0; left--) this.#say()
    }
  }

  /** So that everybody has something to hear in each room. */
  sayGoodbye(): void {
    for (const room of ROOMS) this.#tell(room)
  }

  hush(): void {
    this.#isTalking = false
  }

  async suffer(kind: PageFault, forMs: number): Promise<void> {
    const page = this.#page
    const { proxy } = page
    if (kind === 'reload') return this.#reload()
    if (kind === 'leave') return this.#leave(page, forMs)
    if (kind === 'cut' || kind === 'reset') return proxy[kind]()
    if (kind === 'stall' || kind === 'strand') proxy[kind]()
    if (kind === 'delay') proxy.delay(between(this.#random, 20, 300))
    if (kind === 'drop to server') proxy.drop('toServer')
    if (kind === 'drop to client') proxy.drop('toClient')
    if (kind === 'silence' || kind === 'refuse') {
      proxy[kind]()
      proxy.cut()
    }
    await delay(forMs)
    proxy.pass()
  }

  /** Until pages that are gone have left nothing behind, not even on its way. */
  async mourn(): Promise<void> {
    await Promise.all(this.#dying)
  }

  async #reload(): Promise<void> {
    this.#dying.push(this.#page.die())
    this.#pages += 1
    this.#page = await Page.open(this.#pages, this.#parts)
  }

  async #leave(page: Page, forMs: number): Promise<void> {
    const room = this.#someRoom()
    page.leave(room)
    await delay(forMs)
    page.join(room)
  }

  #say(): void {
    const isSpam = this.#random() < 0.03
    const room = this.#someRoom()
    if (this.#page.waiting >= MOST_WAITING) return
    if (isSpam) this.#page.say(room, 'spam')
    else this.#tell(room)
  }

  #tell(room: string): void {
    if (this.#page.say(room, `${this.#parts.user} ${this.#said + 1}`)) this.#said += 1
  }

  #someRoom(): string {
    return ROOMS[between(this.#random, 0, ROOMS.length - 1)]!
  }
}
