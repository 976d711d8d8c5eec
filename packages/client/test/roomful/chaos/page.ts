import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient, type Room, roomful, RoomfulError } from '@roomful/client'
import { createProxy, type FaultProxy } from '@roomful/testing/proxy'
import { processChat } from '../../support/server-process.ts'
import { between, type Random } from './random.ts'
import type { PageStorage, SharedStorage } from './shared-storage.ts'
import type { Sent, Stay, Story } from './story.ts'

export const ROOMS = ['general', 'random', 'help'] as const

type Chat = typeof processChat

export interface PageParts {
  readonly user: string
  readonly serverPort: number
  readonly storage: SharedStorage
  readonly story: Story
  readonly random: Random
}

/** One page of an app: a client in all rooms, behind a proxy of its own. It notes all that it sends and hears. */
export class Page {
  readonly name: string
  readonly client: Client<Chat>
  readonly proxy: FaultProxy
  readonly #parts: PageParts
  readonly #storage: PageStorage
  readonly #stays = new Map<string, Stay>()
  #isDead = false

  static async open(number: number, parts: PageParts): Promise<Page> {
    const proxy = await createProxy({ target: { port: parts.serverPort } })
    return new Page(`${parts.user}'s page ${number}`, proxy, parts)
  }

  private constructor(name: string, proxy: FaultProxy, parts: PageParts) {
    const { user, storage, random } = parts
    this.name = name
    this.proxy = proxy
    this.#parts = parts
    this.#storage = storage.page(random() < 0.5 ? user : undefined)
    this.client = createClient({
      url: proxy.url,
      contract: processChat,
      auth: { name: user },
      rooms: roomful({ outbox: this.#storage.outbox }),
      // Short, so that what is lost is soon asked for again, and often while the first is still under way.
      ackTimeoutMs: 1_000,
      joinTimeoutMs: 1_000,
      connectTimeoutMs: 2_000,
      reconnect: { minDelayMs: 10, maxDelayMs: 200 },
      onError: (error, source) => this.#problem(`C9 ${source}: ${String(error)}`),
      // Of what an earlier page sent, this is all that is told.
      inspect: (event) => {
        if (event.type !== 'drop' || event.direction === 'in' || event.event !== 'message') return
        if (event.error?.code !== 'SPAM') this.#problem(`C7 dropped: ${event.reason} (${String(event.error?.cause)})`)
      },
      onInvalid: (error) => this.#problem(`C9 ${error.message}`),
      socket: random() < 0.25 ? {} : { transports: ['websocket'] },
    })
    this.client.outbox.subscribe(({ queued, sending }) => {
      if (queued < 0 || sending < 0) this.#problem(`C6 ${queued} queued, ${sending} sending: settled twice`)
    })
    for (const room of ROOMS) {
      this.#hear(room)
      this.join(room)
    }
  }

  /** How many wait for the server to have them. */
  get waiting(): number {
    const { queued, sending } = this.client.outbox.getState()
    return queued + sending
  }

  /** What was heard last in each room. */
  get places(): (number | 'nothing yet' | 'not joined')[] {
    return ROOMS.map((room) => {
      if (this.client.room(room).status !== 'joined') return 'not joined'
      return this.#stays.get(room)?.heard.at(-1)?.seq ?? 'nothing yet'
    })
  }

  join(room: string): void {
    if (this.#isDead || this.#stays.has(room)) return
    const stay: Stay = { page: this.name, room, heard: [], isOver: false }
    this.#stays.set(room, stay)
    this.#parts.story.stays.push(stay)
    this.client
      .room(room)
      .join()
      .catch(() => {}) // it is tried again
  }

  leave(room: string): void {
    this.#end(room)
    void this.client.room(room).leave()
  }

  /** Whether it could be said: not to a room that we have left, or could not join. */
  say(roomName: string, text: string): boolean {
    const room = this.client.room(roomName)
    const stay = this.#stays.get(roomName)
    if (this.#isDead || !stay || !isOpen(room)) return false
    const sent: Sent = { text, isSpam: text === 'spam', user: this.#parts.user, room: roomName, stay }
    this.#parts.story.sent.push(sent)
    room.emit('message', { text }).then(
      (receipt) => {
        if (this.#isDead) return
        if (receipt.confirmed) sent.outcome = { state: 'confirmed', id: receipt.id, seq: receipt.seq }
        else sent.outcome = { state: 'unconfirmed' }
      },
      (error: unknown) => {
        const { code, cause } = RoomfulError.from(error)
        if (!this.#isDead) sent.outcome = { state: 'refused', code, error: `${String(error)} (${String(cause)})` }
      },
    )
    return true
  }

  /** Gone as a page goes: no goodbye, and what is on its way may still arrive. Resolves when it has. */
  async die(): Promise<void> {
    this.#isDead = true
    for (const room of ROOMS) this.#end(room)
    this.#parts.story.left.push(...this.#storage.die().map(({ data }) => (data as { text: string }).text))
    this.proxy.drop('toServer')
    this.proxy.drop('toClient')
    this.client.disconnect()
    await delay(between(this.#parts.random, 0, 400))
    await this.proxy.close()
  }

  async close(): Promise<void> {
    this.client.disconnect()
    await this.proxy.close()
  }

  #hear(room: string): void {
    this.client.room(room).on('message', ({ text }, { seq, id, at, from }) => {
      const stay = this.#stays.get(room)
      if (stay && seq !== undefined && id !== undefined) stay.heard.push({ seq, id, at, text, from: from?.id })
      else if (!this.#isDead) this.#problem(`C2 heard "${text}" in ${room}, without a place or after leaving`)
    })
    this.client.room(room).on('gap', (gap) => this.#problem(`C2 nothing is missing, and told: ${JSON.stringify(gap)}`))
  }

  #end(room: string): void {
    const stay = this.#stays.get(room)
    if (stay) stay.isOver = true
    this.#stays.delete(room)
  }

  #problem(what: string): void {
    if (!this.#isDead) this.#parts.story.problems.push(`${what} (${this.name})`)
  }
}

function isOpen({ status }: Room<Chat>): boolean {
  return status === 'joining' || status === 'joined' || status === 'suspended'
}
