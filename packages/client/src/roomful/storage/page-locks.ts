import { untilDone } from '../../promises.ts'
import { isCid, type PageIdentity } from './outbox-storage.ts'

/** How long a page that unloads may keep its lock; a page that keeps it longer counts as open. */
export const LOCKS_MS = 1_000
/** How long only the next page of a reloaded tab takes over what the tab left. Other tabs wait, which keeps its order. */
const RELOAD_MS = 5_000
/** How many locks of other pages are held or waited for. */
const MAX_PAGES = 100
/** How long the page's own lock may take; it is free. */
const OWN_LOCK_MS = 3_000
/** The question of a new page on the channel. Pages that have stored anything answer with their cid. */
const QUESTION = ''

export interface PageLocksEvents {
  /** The page has closed and its lock is held here now. Resolves whether to keep the lock. */
  acquired(cid: string): Promise<boolean>
  /** Another page took a lock that was held here, by force. */
  lost(cid: string): void
}

interface Lock {
  readonly release: () => void
  /** Resolves when the lock is no longer held: whether it was taken by force. */
  readonly isStolen: Promise<boolean>
}

/** Whether pages of this browser can share a storage. */
export function hasPageLocks(): boolean {
  return typeof BroadcastChannel === 'function' && globalThis.navigator?.locks !== undefined
}

/**
 * The Web Locks of the pages that share a storage: each page holds the lock of its cid while anything is stored under
 * it, and waits for the locks of other pages, never taking one by force. Requests and opens nothing before it is used.
 * Without Web Locks there are no other pages, and every lock counts as held.
 */
export class PageLocks {
  readonly #cid: string
  readonly #name: string
  readonly #address: string
  readonly #events: PageLocksEvents
  readonly #hasPages = hasPageLocks()
  #channel: BroadcastChannel | undefined
  /** By cid: releases the lock, or stops waiting for it. */
  readonly #pages = new Map<string, () => void>()
  readonly #held = new Set<string>()
  #own: Promise<void> | undefined
  #isWatching = false
  #hasAnnounced = false

  constructor(name: string, { address, cid }: PageIdentity, events: PageLocksEvents) {
    this.#name = name
    this.#address = address
    this.#cid = cid
    this.#events = events
  }

  holds(cid: string): boolean {
    return !this.#hasPages || this.#held.has(cid)
  }

  /** Acquires the page's own lock, once. Rejects where it is refused, or with `TIMEOUT` after 3 s. */
  acquireOwn(): Promise<void> {
    return (this.#own ??= this.#hasPages ? this.#acquireOwn() : Promise.resolve())
  }

  /** Tells other pages that this page has stored something, so that they wait for its lock. */
  announce(): void {
    if (!this.#hasAnnounced) this.#open()?.postMessage(this.#cid)
    this.#hasAnnounced = true
  }

  /** Waits from now on for the locks of all pages that have stored something, or will. */
  watch(): void {
    if (!this.#isWatching) this.#open()?.postMessage(QUESTION)
    this.#isWatching = true
  }

  /** Stops waiting for locks; keeps those that are held. */
  pause(): void {
    this.#isWatching = false
    for (const [cid, stopWaiting] of this.#pages)
      if (!this.#held.has(cid)) {
        this.#pages.delete(cid)
        stopWaiting()
      }
  }

  /** Waits for the page's lock; settles when it was acquired, cannot be, or the page has just closed. */
  async acquire(cid: unknown): Promise<void> {
    if (!isCid(cid) || cid === this.#cid) return
    if (this.holds(cid)) await this.#events.acquired(cid)
    else if (!this.#pages.has(cid) && this.#pages.size < MAX_PAGES) await this.#waitFor(cid)
  }

  /** Acquires the page's lock if it is free, and gives its release; undefined while the page is open. */
  async tryAcquire(cid: string): Promise<(() => void) | undefined> {
    const lock = await requestLock(this.#nameOf(cid), { ifAvailable: true })
    return lock?.release
  }

  release(cid: string): void {
    const release = this.#pages.get(cid)
    if (this.#forget(cid)) release?.()
  }

  /** Releases all locks, stops waiting and closes the channel. A later call begins anew. */
  close(): void {
    this.pause()
    for (const cid of this.#held) this.release(cid)
    this.#channel?.close()
    this.#channel = undefined
    this.#own = undefined
    this.#hasAnnounced = false
  }

  #open(): BroadcastChannel | undefined {
    if (this.#channel || !this.#hasPages) return this.#channel
    const channel = new BroadcastChannel(`${this.#name}:outbox:${this.#address}`)
    channel.onmessage = ({ data }) => {
      if (data === QUESTION) {
        if (this.#hasAnnounced) channel.postMessage(this.#cid)
      } else if (this.#isWatching) void this.acquire(data)
    }
    return (this.#channel = channel)
  }

  async #acquireOwn(): Promise<void> {
    const waiting = new AbortController()
    const request = requestLock(this.#nameOf(this.#cid), { signal: waiting.signal })
    try {
      this.#hold(this.#cid, (await untilDone(request, { timeoutMs: OWN_LOCK_MS }, 'acquiring the lock of this page'))!)
    } catch (error) {
      waiting.abort()
      throw error
    }
  }

  async #waitFor(cid: string): Promise<void> {
    const waiting = new AbortController()
    this.#pages.set(cid, () => waiting.abort())
    const { signal } = waiting
    // A lock that is free belongs to a closed page, however long a busy browser takes to grant it.
    const request = (options: LockOptions) => requestLock(this.#nameOf(cid), options).catch(() => undefined)
    const free = await request({ ifAvailable: true })
    const requestedAt = performance.now()
    const lock = free ?? (await request({ signal }))
    if (signal.aborted) return lock?.release()
    if (!lock) return void this.#pages.delete(cid)
    if (!free && performance.now() - requestedAt > LOCKS_MS) {
      // The page was open and may be reloading: its own next page comes first.
      lock.release()
      const timer = setTimeout(() => void this.#waitFor(cid), RELOAD_MS)
      this.#pages.set(cid, () => clearTimeout(timer))
      return
    }
    this.#hold(cid, lock)
    if (!(await this.#events.acquired(cid))) this.release(cid)
  }

  #hold(cid: string, { release, isStolen }: Lock): void {
    this.#pages.set(cid, release)
    this.#held.add(cid)
    void isStolen.then((stolen) => {
      if (stolen && this.#forget(cid)) this.#events.lost(cid)
    })
  }

  #forget(cid: string): boolean {
    this.#pages.delete(cid)
    return this.#held.delete(cid)
  }

  #nameOf(cid: string): string {
    return `${this.#name}:${cid}`
  }
}

/**
 * Holds a lock until `release` or the end of the page. Resolves with undefined where `ifAvailable` is set and another page
 * has the lock; rejects where the browser refuses locks.
 */
function requestLock(name: string, options: LockOptions): Promise<Lock | undefined> {
  return new Promise((granted, refused) => {
    const request = navigator.locks.request(name, options, async (lock) => {
      if (!lock || options.signal?.aborted) return granted(undefined)
      await new Promise<void>((release) => {
        granted({
          release,
          isStolen: request.then(
            () => false,
            () => true,
          ),
        })
      })
    })
    request.catch(refused)
  })
}
