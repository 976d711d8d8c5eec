import type { Report } from '../guarded-store.ts'
import { untilDone } from '../promises.ts'
import type { Keeper, OutboxOption, StoredEntry } from './keeper.ts'
import type { Message } from './message.ts'
import { bytesOf } from './message.ts'
import type { Changes } from './outbox-types.ts'

/** Storage that does not open holds up nobody for longer. */
const OPEN_MS = 10_000

/** Where messages wait. */
export type Place = 'memory' | Keeper['place']

export interface SafekeepingHooks {
  adopted(messages: readonly Message[]): void
  lost(cid: string): void
  placed(): void
  readonly report: Report
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

  /** Settles when the changes are stored, or cannot be; undefined where there is nothing to wait for. */
  save(changes: Changes): Promise<void> | undefined {
    const put: StoredEntry[] = []
    const remove: Message[] = []
    for (const { message, isGone } of changes.values()) {
      const { user, bytes: _, ...rest } = message
      if (isGone || user === undefined) remove.push(message)
      else put.push({ ...rest, user })
    }
    if (this.#isOver || (!this.#keeper && put.length === 0)) return undefined
    return this.#open()
      .then((keeper) => keeper?.store({ put, remove }))
      .catch((error: unknown) => this.giveUp(error))
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
    this.#move('memory')
    this.#hooks.report(error, 'outbox')
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

function received(entries: readonly StoredEntry[]): Message[] {
  return entries.map((entry) => ({ ...entry, bytes: bytesOf(entry.data) }))
}
