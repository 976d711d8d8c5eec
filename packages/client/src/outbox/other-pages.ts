import { isCid } from './keeper-records.ts'
import { askForLock } from './page-locks.ts'

/** How long we wait for a page's lock before it counts as alive: one that is just unloading still has it. */
export const LOCKS_MS = 1_000
/** How long the next page of a reloaded tab has to come for what that tab left, before another one takes it. */
const RELOAD_MS = 5_000
/** Pages that are waited for at most; more than anybody opens. */
const MAX_PAGES = 100
/** What a new page asks on the channel; those who have stored anything answer with their cid. */
const WHO = ''

export interface OtherPagesHooks {
  /** A page is gone, and its lock is ours. Says whether there is anything to hold it for. */
  gone(cid: string): Promise<boolean>
  /** Its lock was ours, and was taken by force. */
  lost(cid: string): void
}

/** The pages of the same url: waits for the locks of those that have stored something, never taking one by force. */
export class OtherPages {
  readonly #self: string
  readonly #lockName: (cid: string) => string
  readonly #hooks: OtherPagesHooks
  readonly #channel: BroadcastChannel
  /** By cid: gives its lock back, or stops waiting for it. */
  readonly #pages = new Map<string, () => void>()
  readonly #held = new Set<string>()
  #hasStored = false
  #isWatching = false
  #isClosed = false

  constructor(self: string, channel: string, lockName: (cid: string) => string, hooks: OtherPagesHooks) {
    this.#self = self
    this.#lockName = lockName
    this.#hooks = hooks
    this.#channel = new BroadcastChannel(channel)
    this.#channel.onmessage = ({ data }) => {
      if (data === WHO && this.#hasStored) this.#channel.postMessage(self)
      if (data !== WHO && this.#isWatching) void this.take(data)
    }
  }

  /** From now on, waits for all that have stored something, or will. */
  watch(): void {
    if (this.#isWatching || this.#isClosed) return
    this.#isWatching = true
    this.#channel.postMessage(WHO)
  }

  /** From now on, waits for nobody. */
  rest(): void {
    this.#isWatching = false
    for (const [cid, letGo] of this.#pages)
      if (!this.#held.has(cid)) {
        this.#pages.delete(cid)
        letGo()
      }
  }

  /** We have stored something: others may wait for our lock. */
  announce(): void {
    if (this.#hasStored || this.#isClosed) return
    this.#hasStored = true
    this.#channel.postMessage(this.#self)
  }

  holds(cid: string): boolean {
    return this.#held.has(cid)
  }

  /** Waits for the page's lock, if nobody does yet; settles when it came, cannot come, or the page has just gone. */
  async take(cid: unknown): Promise<void> {
    if (!isCid(cid) || cid === this.#self || this.#isClosed) return
    if (this.#held.has(cid)) return void (await this.#hooks.gone(cid))
    if (!this.#pages.has(cid) && this.#pages.size < MAX_PAGES) await this.#ask(cid)
  }

  giveBack(cid: string): void {
    const release = this.#pages.get(cid)
    if (this.#forget(cid)) release?.()
  }

  close(): void {
    this.#isClosed = true
    this.#channel.close()
    for (const letGo of this.#pages.values()) letGo()
    this.#pages.clear()
    this.#held.clear()
  }

  async #ask(cid: string): Promise<void> {
    const waiting = new AbortController()
    this.#pages.set(cid, () => waiting.abort())
    const askedAt = performance.now()
    const lock = await askForLock(this.#lockName(cid), waiting.signal).catch(() => undefined)
    if (!lock || this.#isClosed) {
      this.#pages.delete(cid)
      return lock?.release()
    }
    if (performance.now() - askedAt > LOCKS_MS) {
      // It was alive, and may be reloading: then its own next page has the first right, which keeps a tab's order.
      lock.release()
      const timer = setTimeout(() => void this.#ask(cid), RELOAD_MS)
      this.#pages.set(cid, () => clearTimeout(timer))
      return
    }
    this.#pages.set(cid, lock.release)
    this.#held.add(cid)
    void lock.isStolen.then((isStolen) => {
      if (isStolen && this.#forget(cid)) this.#hooks.lost(cid)
    })
    if (!(await this.#hooks.gone(cid))) this.giveBack(cid)
  }

  #forget(cid: string): boolean {
    this.#pages.delete(cid)
    return this.#held.delete(cid)
  }
}
