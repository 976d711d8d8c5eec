import { untilDone } from '../promises.ts'
import type { EntryKey, Keeper, OutboxChange, OutboxOption, StoredEntry } from './keeper.ts'
import { bytesOf, type Message } from './message.ts'
import type { Changes } from './outbox-types.ts'

/** Storage that does not open holds up nobody for longer. */
const OPEN_MS = 10_000

/** Where messages wait. */
export type Place = 'memory' | Keeper['place']

export interface SafekeepingHooks {
  adopted(messages: readonly Message[]): void
  lost(cid: string): void
  placed(): void
  /** The storage cannot be used: an inconvenience that `guarantees` tells, not an error of the page. */
  failed(error: unknown): void
}

/** Keeps the outbox where it survives a reload, as long as that works; else it stays in memory, and says so. */
export class Safekeeping {
  place: Place = 'memory'
  readonly #option: OutboxOption | undefined
  readonly #owner: { readonly url: string; readonly cid: string }
  readonly #hooks: SafekeepingHooks
  #keeper: Promise<Keeper | undefined> | undefined
  #isOver: boolean
  #adopting: Promise<readonly Message[]> = Promise.resolve([])

  constructor(option: OutboxOption | undefined, owner: { url: string; cid: string }, hooks: SafekeepingHooks) {
    this.#option = option
    this.#owner = owner
    this.#hooks = hooks
    this.#isOver = option === undefined
  }

  /** Whether the changes are stored; undefined where there is nothing to wait for. */
  save(changes: Changes): Promise<boolean> | undefined {
    const put: StoredEntry[] = []
    const remove: EntryKey[] = []
    for (const { message, isGone } of changes.values()) {
      const { user, bytes: _, ...rest } = message
      if (isGone || user === undefined) remove.push(message)
      else put.push({ ...rest, user })
    }
    if (this.#isOver || (!this.#keeper && put.length === 0)) return undefined
    return this.#store({ put, remove })
  }

  /** What earlier pages of this user left. Connected again meanwhile, one must not be told that nothing was left. */
  adopt(user: string | null): Promise<readonly Message[]> {
    this.#adopting = this.#adopting.then(() => this.#adopt(user))
    return this.#adopting
  }

  async #adopt(user: string | null): Promise<readonly Message[]> {
    try {
      return received((await (await this.#open())?.adopt(user)) ?? [])
    } catch (error) {
      this.giveUp(error)
      return []
    }
  }

  /** The storage fails: messages wait in memory from now on. Its locks stay ours, so that nobody sends what it still holds. */
  giveUp(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.rest()
    this.#move('memory')
    this.#hooks.failed(error)
  }

  /** Takes over nothing more until the next `adopt`. */
  rest(): void {
    void this.#keeper?.then((keeper) => keeper?.rest()).catch(() => {}) // one that did not open has nothing to rest from
  }

  /** Storage that fails is asked once more, to forget what it has: another page must not find what goes on here. */
  async #store(change: OutboxChange): Promise<boolean> {
    try {
      await (await this.#open())?.store(change)
      return true
    } catch (error) {
      this.giveUp(error)
      const keeper = await this.#keeper?.catch(() => undefined)
      return keeper !== undefined && (await succeeds(keeper.forget()))
    }
  }

  async #open(): Promise<Keeper | undefined> {
    if (!this.#option || this.#isOver) return undefined
    this.#keeper ??= untilDone(
      this.#option.open(this.#owner, {
        adopted: (entries) => this.#hooks.adopted(received(entries)),
        lost: (cid) => this.#hooks.lost(cid),
      }),
      { timeoutMs: OPEN_MS },
      'opening the outbox storage',
    )
    const keeper = await this.#keeper
    if (keeper && !this.#isOver) this.#move(keeper.place)
    else this.#isOver = true
    return this.#isOver ? undefined : keeper
  }

  #move(place: Place): void {
    if (place === this.place) return
    this.place = place
    this.#hooks.placed()
  }
}

function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function received(entries: readonly StoredEntry[]): Message[] {
  return entries.map((entry) => ({ ...entry, bytes: bytesOf(entry.data) }))
}
