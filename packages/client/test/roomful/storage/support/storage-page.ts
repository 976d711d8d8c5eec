import { expect, onTestFinished } from 'vitest'
import { pageId } from '../../../../src/page-id.ts'
import { LOCKS_MS } from '../../../../src/roomful/storage/page-locks.ts'
import type { persistentOutbox, PersistentOutbox } from '../../../../src/roomful/storage/persistent-outbox.ts'
import type { EntryKey, StorageSession, StoredEntry } from '../../../../src/roomful/storage/storage-session.ts'

export type PageWindow = Window & typeof globalThis

/** A page with a session, and what it was told. */
export interface StoragePage {
  readonly window: PageWindow
  readonly cid: string
  readonly session: StorageSession
  /** Each call of `adopted`. */
  readonly adopted: (readonly StoredEntry[])[]
  readonly lost: string[]
  readonly failed: unknown[]
  readonly waiting: number[]
  /** The last call of `blocked`. */
  readonly blocked: ReadonlySet<string>
  /** An entry of this page. */
  entry(n: number, more?: Partial<StoredEntry>): StoredEntry
  /** Stores the entries, and removes the others; rejects if that is not stored. */
  save(put: readonly StoredEntry[], remove?: readonly EntryKey[]): Promise<void>
  /** The page is gone at once, as a tab that is closed. */
  die(): void
  /** The same; settles when its lock is free. */
  died(): Promise<void>
}

export interface PageOptions extends PersistentOutbox {
  readonly url: string
  readonly cid?: string
  /** Breaks the browser of this page alone, before the session is made in it. */
  readonly breaking?: (window: PageWindow) => void
}

/** A frame of the same origin is another page to the browser: it has its own locks and connections, which go with it. */
async function openFrame(breaking: (window: PageWindow) => void = () => {}) {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  onTestFinished(() => frame.remove())
  const window = frame.contentWindow as PageWindow
  breaking(window)
  const source = new URL('../../../../src/roomful/storage/persistent-outbox.ts', import.meta.url).href
  // The frame's own import: the modules run in its realm, with its globals.
  const module = (await window.eval(`import(${JSON.stringify(source)})`)) as {
    persistentOutbox: typeof persistentOutbox
  }
  return { window, module, remove: () => frame.remove() }
}

/** A page whose session has opened nothing yet. */
export async function newPage({ url, cid = pageId(), breaking, ...options }: PageOptions): Promise<StoragePage> {
  const { window, module, remove } = await openFrame(breaking)
  const told = { adopted: [] as (readonly StoredEntry[])[], lost: [] as string[], failed: [] as unknown[] }
  const waiting: number[] = []
  let blocked: ReadonlySet<string> = new Set()
  const session = module.persistentOutbox(options).open(
    { address: url, cid },
    {
      adopted: (entries) => told.adopted.push(entries),
      lost: (page) => told.lost.push(page),
      failed: (error) => told.failed.push(error),
      waiting: (count) => waiting.push(count),
      moved: () => {},
      blocked: (names) => (blocked = names),
      overtaken: () => told.failed.push('overtaken'),
    },
  )
  return {
    ...told,
    waiting,
    get blocked() {
      return blocked
    },
    window,
    cid,
    session,
    entry: (n, more = {}) => ({
      cid,
      n,
      user: 'ann',
      room: 'general',
      event: 'message',
      data: { text: `${n}` },
      ...more,
    }),
    async save(put, remove_ = []) {
      if (!(await session.save(put, remove_)))
        throw new Error(`the session has stored nothing: ${told.failed.map(String).join()}`)
    },
    die: remove,
    async died() {
      remove()
      await expect.poll(async () => (await locks()).held).not.toContain(`${options.name ?? 'roomful'}:${cid}`)
    },
  }
}

/** A page whose storage is open. */
export async function openPage(options: PageOptions): Promise<StoragePage> {
  const page = await newPage(options)
  page.session.begin()
  await expect.poll(() => page.session.storage).not.toBe('memory')
  return page
}

/** By `adopt`, or a little later where the machine was busy. */
export async function expectAdopted(page: StoragePage, user: string | null, entries: StoredEntry[]): Promise<void> {
  const earlier = page.adopted.length
  const first = await page.session.adopt(user)
  await expect.poll(() => [...first, ...page.adopted.slice(earlier).flat()]).toEqual(entries)
}

/** The names of the origin's locks. */
export async function locks() {
  const { held = [], pending = [] } = await navigator.locks.query()
  return { held: held.map(({ name }) => name), pending: pending.map(({ name }) => name) }
}

/** A name of an outbox of its own. The browser refuses names of locks that begin with a hyphen. */
export function newName(): string {
  return `outbox-${pageId()}`
}

/** No test sees what another one left. */
export function newUrl(): string {
  return `https://example.test/${crypto.randomUUID()}`
}

export function withoutIndexedDb(window: PageWindow): void {
  Object.defineProperty(window, 'indexedDB', { value: undefined })
}

/** `adopt` waits for the locks of closed pages however long a busy browser takes to grant them. */
export function withoutLockLimit(window: PageWindow): void {
  const { setTimeout } = window
  const start = (run: () => void, ms?: number): unknown => (ms === LOCKS_MS ? 0 : setTimeout.call(window, run, ms))
  Object.defineProperty(window, 'setTimeout', { value: start })
}

export function withoutLocalStorage(window: PageWindow): void {
  Object.defineProperty(window, 'localStorage', {
    get: () => {
      throw new DOMException('access is denied', 'SecurityError')
    },
  })
}
