import { expect, onTestFinished } from 'vitest'
import type { Keeper, OutboxChange, StoredEntry } from '../../../../src/roomful/storage/keeper.ts'
import type { openKeeper, PersistentOutbox } from '../../../../src/roomful/storage/persistent-outbox.ts'
import { pageId } from '../../../../src/roomful/outbox/page-id.ts'

export type PageWindow = Window & typeof globalThis

/** A page that keeps messages, and what it was told. */
export interface StoragePage {
  readonly window: PageWindow
  readonly cid: string
  readonly keeper: Keeper
  /** Each call of `adopted`. */
  readonly adopted: (readonly StoredEntry[])[]
  readonly lost: string[]
  /** An entry of this page. */
  entry(n: number, more?: Partial<StoredEntry>): StoredEntry
  put(...entries: StoredEntry[]): Promise<void>
  store(change: Partial<OutboxChange>): Promise<void>
  /** The page is gone at once, as a tab that is closed. */
  die(): void
  /** The same; settles when its lock is free. */
  died(): Promise<void>
}

export interface PageOptions extends PersistentOutbox {
  readonly url: string
  readonly cid?: string
  /** Breaks the browser of this page alone, before anything of ours runs in it. */
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
  // The frame's own import: our modules run in its realm, with its globals.
  const module = (await window.eval(`import(${JSON.stringify(source)})`)) as { openKeeper: typeof openKeeper }
  return { window, module, remove: () => frame.remove() }
}

/** undefined where the page's browser can keep nothing. */
export async function tryPage({
  url,
  cid = pageId(),
  breaking,
  ...options
}: PageOptions): Promise<StoragePage | undefined> {
  const { window, module, remove } = await openFrame(breaking)
  const adopted: (readonly StoredEntry[])[] = []
  const lost: string[] = []
  const keeper = await module.openKeeper(options.name ?? 'roomful', url, cid, {
    adopted: (entries) => adopted.push(entries),
    lost: (page) => lost.push(page),
  })
  if (!keeper) return undefined
  const store = (change: Partial<OutboxChange>): Promise<void> => keeper.store({ put: [], remove: [], ...change })
  return {
    window,
    cid,
    keeper,
    adopted,
    lost,
    entry: (n, more = {}) => ({
      cid,
      n,
      user: 'ann',
      room: 'general',
      event: 'message',
      data: { text: `${n}` },
      ...more,
    }),
    put: (...entries) => store({ put: entries }),
    store,
    die: remove,
    async died() {
      remove()
      await expect.poll(async () => (await locks()).held).not.toContain(`${options.name ?? 'roomful'}:${cid}`)
    },
  }
}

export async function openPage(options: PageOptions): Promise<StoragePage> {
  const page = await tryPage(options)
  if (!page) throw new Error('this browser keeps nothing')
  return page
}

/** By `adopt`, or a little later where the machine was busy. */
export async function expectAdopted(page: StoragePage, user: string | null, entries: StoredEntry[]): Promise<void> {
  const earlier = page.adopted.length
  const first = await page.keeper.adopt(user)
  await expect.poll(() => [...first, ...page.adopted.slice(earlier).flat()]).toEqual(entries)
}

/** The names of the origin's locks. */
export async function locks() {
  const { held = [], pending = [] } = await navigator.locks.query()
  return { held: held.map(({ name }) => name), pending: pending.map(({ name }) => name) }
}

/** No test sees what another one left. */
export function newUrl(): string {
  return `https://example.test/${crypto.randomUUID()}`
}

export function withoutIndexedDb(window: PageWindow): void {
  Object.defineProperty(window, 'indexedDB', { value: undefined })
}

export function withoutLocalStorage(window: PageWindow): void {
  Object.defineProperty(window, 'localStorage', {
    get: () => {
      throw new DOMException('access is denied', 'SecurityError')
    },
  })
}
