import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient, type Room, roomful, RoomfulError } from '@roomful/client'
import { createProxy, type FaultProxy } from '@roomful/testing/proxy'
import { processChat } from '../../support/server-process.ts'
import { between, type Random } from './random.ts'
import type { PageStorage, SharedStorage } from './shared-storage.ts'
import type { Sent, Stay, RunRecord } from './run-record.ts'

const JOIN_AGAIN_MS = 150

export const ROOMS = ['general', 'random', 'help'] as const

type Chat = typeof processChat

export interface PageParts {
  readonly user: string
  /** The page connects to one of these, after each outage to any. */
  readonly ports: readonly number[]
  readonly storage: SharedStorage
  readonly record: RunRecord
  readonly random: Random
}

/** One page of an app: a client in all rooms, behind a proxy of its own. It records everything that it sends and receives. */
export class Page {
  readonly name: string
  readonly client: Client<Chat>
  readonly proxy: FaultProxy
  readonly #parts: PageParts
  readonly #storage: PageStorage
  readonly #stays = new Map<string, Stay>()
  #isClosed = false

  static async open(number: number, parts: PageParts): Promise<Page> {
    const proxy = await createProxy({ target: { port: anyPort(parts) } })
    return new Page(`${parts.user}'s page ${number}`, proxy, parts)
  }

  private constructor(name: string, proxy: FaultProxy, parts: PageParts) {
    const { user, ports, storage, random } = parts
    this.name = name
    this.proxy = proxy
    this.#parts = parts
    this.#storage = storage.page(random() < 0.5 ? user : undefined)
    this.client = createClient({
      url: proxy.url,
      contract: processChat,
      auth: () => ({ name: user }), // a function, since credentials end
      rooms: roomful({ outbox: this.#storage.outbox }),
      // Short, so that requests are repeated soon, and often while the first is still handled.
      ackTimeoutMs: 1_000,
      // Over nodes a join may have to wait until a node gives a silent connection to Redis up.
      joinTimeoutMs: ports.length === 1 ? 1_000 : 3_000,
      connectTimeoutMs: 2_000,
      reconnect: { minDelayMs: 10, maxDelayMs: 200 },
      onError: (error, source) => {
        // A renewal of credentials that a fault has stopped is reported, and made again.
        if (source !== 'auth') this.#problem(`C9 ${source}: ${String(error)}`)
      },
      // The only report for messages of earlier pages.
      inspect: (event) => {
        if (event.type !== 'drop' || event.direction === 'in' || event.event !== 'message') return
        if (event.error?.code === 'SPAM' || isPutOut(event.error)) return
        this.#problem(`C7 dropped: ${event.reason} (${String(event.error?.cause)})`)
      },
      onInvalid: (error) => this.#problem(`C9 ${error.message}`),
      socket: random() < 0.25 ? {} : { transports: ['websocket'] },
    })
    this.client.outbox.subscribe(({ queued, sending }) => {
      if (queued < 0 || sending < 0) this.#problem(`C6 ${queued} queued, ${sending} sending: settled twice`)
    })
    this.client.connection.subscribe(({ status }) => {
      if (status === 'reconnecting') proxy.retarget(anyPort(parts))
    })
    for (const room of ROOMS) {
      this.#recordRoom(room)
      this.join(room)
    }
  }

  /** How many messages the server has not confirmed. */
  get unconfirmed(): number {
    const { queued, sending } = this.client.outbox.getState()
    return queued + sending
  }

  /** The last seq that was received in each room. */
  get positions(): (number | 'none' | 'not joined')[] {
    return ROOMS.map((room) => {
      if (this.client.room(room).status !== 'joined') return 'not joined'
      return this.#stays.get(room)?.received.at(-1)?.seq ?? 'none'
    })
  }

  /** The ids of the members of each room, in their order. */
  get members(): readonly string[][] {
    return ROOMS.map((room) => [...this.client.room(room).members.getState().keys()].toSorted())
  }

  /** What a report shows of a page that does not settle. */
  describe(): string {
    const rooms = ROOMS.map((name, index) => {
      const { status, error } = this.client.room(name).state.getState() as { status: string; error?: RoomfulError }
      return `${name} ${status} ${error?.code ?? ''} at ${this.positions[index]} with ${this.members[index]?.length} members`
    })
    return `${this.name} is ${this.client.status}, ${this.unconfirmed} unconfirmed; ${rooms.join('; ')}`
  }

  join(room: string): void {
    if (this.#isClosed || this.#stays.has(room)) return
    const stay: Stay = { page: this.name, room, received: [], isOver: false }
    this.#stays.set(room, stay)
    this.#parts.record.stays.push(stay)
    this.client
      .room(room)
      .join()
      .catch(() => {}) // the client tries again
  }

  /** As when the user presses a button: the client itself may wait up to 30 s after several failures. */
  joinFailed(): void {
    for (const room of ROOMS) this.#joinAgain(room)
  }

  leave(room: string): void {
    this.#end(room)
    void this.client.room(room).leave()
  }

  /** Returns whether it was sent: false in a room that the page has left or could not join. */
  send(roomName: string, text: string): boolean {
    const room = this.client.room(roomName)
    const stay = this.#stays.get(roomName)
    if (this.#isClosed || !stay || !isOpen(room)) return false
    const sent: Sent = { text, isSpam: text === 'spam', user: this.#parts.user, room: roomName, stay }
    this.#parts.record.sent.push(sent)
    room.emit('message', { text }).then(
      (receipt) => {
        if (this.#isClosed) return
        if (receipt.confirmed) sent.outcome = { state: 'confirmed', id: receipt.id, seq: receipt.seq }
        else sent.outcome = { state: 'unconfirmed' }
      },
      (error: unknown) => {
        const failure = RoomfulError.from(error)
        const { code, cause } = failure
        const what = `${String(error)} (${String(cause)})`
        if (!this.#isClosed) sent.outcome = { state: 'refused', code, isPutOut: isPutOut(failure), error: what }
      },
    )
    return true
  }

  /** Ends as a closed tab does: without a disconnect, and packets under way may still arrive. Resolves when they have. */
  async kill(): Promise<void> {
    this.#isClosed = true
    for (const room of ROOMS) this.#end(room)
    this.#parts.record.left.push(...this.#storage.close().map(({ data }) => (data as { text: string }).text))
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

  #recordRoom(room: string): void {
    this.client.room(room).on('message', ({ text }, { seq, id, at, from }) => {
      const stay = this.#stays.get(room)
      if (stay && seq !== undefined && id !== undefined) stay.received.push({ seq, id, at, text, from: from?.id })
      else if (!this.#isClosed) this.#problem(`C2 "${text}" in ${room} came without a seq or after the leave`)
    })
    // The app of this page comes back after a moment; after a ban as often as it takes.
    this.client.room(room).state.subscribe(({ status, error }) => {
      if (status === 'failed' && isPutOut(error)) setTimeout(() => this.#joinAgain(room), JOIN_AGAIN_MS)
    })
    this.client
      .room(room)
      .on('gap', (gap) => this.#problem(`C2 a gap without a missing message: ${JSON.stringify(gap)}`))
  }

  #joinAgain(name: string): void {
    const room = this.client.room(name)
    if (!this.#isClosed && this.#stays.has(name) && room.status === 'failed') room.join().catch(() => {})
  }

  #end(room: string): void {
    const stay = this.#stays.get(room)
    if (stay) stay.isOver = true
    this.#stays.delete(room)
  }

  #problem(what: string): void {
    if (!this.#isClosed) this.#parts.record.problems.push(`${what} (${this.name})`)
  }
}

function anyPort({ ports, random }: PageParts): number {
  return ports[ports.length === 1 ? 0 : between(random, 0, ports.length - 1)]!
}

/** The user was put out of the room, or is banned from it: the error of a room, or of a message. */
function isPutOut(error: RoomfulError | undefined): boolean {
  const { code } =
    error?.code === 'UNKNOWN' || error?.code === 'NOT_MEMBER' ? (error.cause as RoomfulError) : (error ?? {})
  return code === 'REMOVED' || code === 'BANNED'
}

function isOpen({ status }: Room<Chat>): boolean {
  return status === 'joining' || status === 'joined' || status === 'suspended'
}
