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

export interface OtherPages {
  /** From now on, waits for all that have stored something, or will. */
  watch(this: void): void
  /** From now on, waits for nobody. */
  rest(this: void): void
  /** We have stored something: others may wait for our lock. */
  announce(this: void): void
  holds(this: void, cid: string): boolean
  /** Waits for the page's lock, if nobody does yet; settles when it came, cannot come, or the page has just gone. */
  take(this: void, cid: unknown): Promise<void>
  giveBack(this: void, cid: string): void
}

/** The pages of the same url: waits for the locks of those that have stored something, never taking one by force. */
export function otherPages(
  own: { readonly cid: string; readonly channel: string; readonly lockName: (cid: string) => string },
  hooks: OtherPagesHooks,
): OtherPages {
  const channel = new BroadcastChannel(own.channel)
  /** By cid: gives its lock back, or stops waiting for it. */
  const pages = new Map<string, () => void>()
  const held = new Set<string>()
  let hasStored = false
  let isWatching = false

  channel.onmessage = ({ data }) => {
    if (data !== WHO) {
      if (isWatching) void take(data)
    } else if (hasStored) channel.postMessage(own.cid)
  }

  async function take(cid: unknown): Promise<void> {
    if (!isCid(cid) || cid === own.cid) return
    if (held.has(cid)) await hooks.gone(cid)
    else if (!pages.has(cid) && pages.size < MAX_PAGES) await ask(cid)
  }

  async function ask(cid: string): Promise<void> {
    const waiting = new AbortController()
    pages.set(cid, () => waiting.abort())
    const askedAt = performance.now()
    const lock = await askForLock(own.lockName(cid), waiting.signal).catch(() => undefined)
    if (!lock) return void pages.delete(cid)
    if (performance.now() - askedAt > LOCKS_MS) {
      // It was alive, and may be reloading: then its own next page has the first right, which keeps a tab's order.
      lock.release()
      const timer = setTimeout(() => void ask(cid), RELOAD_MS)
      pages.set(cid, () => clearTimeout(timer))
      return
    }
    pages.set(cid, lock.release)
    held.add(cid)
    void lock.isStolen.then((isStolen) => {
      if (isStolen && forget(cid)) hooks.lost(cid)
    })
    if (!(await hooks.gone(cid))) giveBack(cid)
  }

  function giveBack(cid: string): void {
    const release = pages.get(cid)
    if (forget(cid)) release?.()
  }

  function forget(cid: string): boolean {
    pages.delete(cid)
    return held.delete(cid)
  }

  return {
    watch() {
      if (!isWatching) channel.postMessage(WHO)
      isWatching = true
    },
    rest() {
      isWatching = false
      for (const [cid, letGo] of pages)
        if (!held.has(cid)) {
          pages.delete(cid)
          letGo()
        }
    },
    announce() {
      if (!hasStored) channel.postMessage(own.cid)
      hasStored = true
    },
    holds: (cid) => held.has(cid),
    take,
    giveBack,
  }
}
