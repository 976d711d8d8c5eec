import { byAge, type EntryKey, keyOf, type StoredRecord } from './outbox-storage.ts'

/** How often the page looks whether another page has settled what has to go before its own messages. */
const LOOK_MS = 500
const MAX_LOOKS = 60

export interface EarlierEntriesEvents {
  /** The entries of these pages in these rooms (`blockName`) must not be sent now: those of earlier pages of their tab go first. */
  blocked(names: ReadonlySet<string>): void
  /** Some were not settled within 30 s, so that later ones are not blocked any more. */
  overtaken(): void
}

/** The entries of earlier pages of a tab that have to be settled before those of a later page (P3). SPEC.md, rule OB20. */
export class EarlierEntries {
  readonly #events: EarlierEntriesEvents
  readonly #readSettled: () => Promise<(key: string) => boolean>
  /** By the later page: the records before its own, by their key. */
  readonly #before = new Map<string, Map<string, StoredRecord>>()
  #looks = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `readSettled` reads which entries are settled, and rejects where the storage has failed. */
  constructor(events: EarlierEntriesEvents, readSettled: () => Promise<(key: string) => boolean>) {
    this.#events = events
    this.#readSettled = readSettled
  }

  /** Of the stored records, those of this user and of the pages in `after` have to be settled before those of the page. */
  add(page: PageAge, after: readonly string[], user: string | null | undefined, stored: readonly StoredRecord[]): void {
    const before = this.#before.get(page.cid) ?? new Map<string, StoredRecord>()
    for (const record of stored)
      // Records that name each other would wait for ever.
      if (after.includes(record.cid) && record.user === user && byAge(record, { ...page, n: 0 }) < 0)
        before.set(keyOf(record), record)
    if (before.size > 0) this.#before.set(page.cid, before)
  }

  settle(isSettled: (key: string) => boolean): void {
    let hasChanged = false
    for (const [cid, before] of this.#before) {
      for (const key of before.keys()) if (isSettled(key)) hasChanged = before.delete(key)
      if (before.size === 0) this.#before.delete(cid)
    }
    if (hasChanged) this.show()
  }

  /** Waits from now on, for 30 s at most. */
  begin(): void {
    this.#looks = 0
    this.show()
  }

  show(): void {
    clearTimeout(this.#timer)
    const isOver = this.#looks >= MAX_LOOKS
    const pages = isOver ? [] : [...this.#before]
    this.#events.blocked(
      new Set(pages.flatMap(([cid, before]) => [...before.values()].map(({ room }) => blockName(cid, room)))),
    )
    if (pages.length > 0) this.#timer = setTimeout(() => void this.#look(), LOOK_MS)
  }

  /** Waits no more, until `begin`. */
  stop(): void {
    this.#looks = MAX_LOOKS
    clearTimeout(this.#timer)
  }

  clear(): void {
    this.#before.clear()
    this.show()
  }

  async #look(): Promise<void> {
    const isSettled = await this.#readSettled().catch(() => () => true) // `failed` tells it
    this.#looks += 1
    this.settle(isSettled)
    if (this.#before.size === 0) return
    if (this.#looks === MAX_LOOKS) this.#events.overtaken()
    this.show()
  }
}

type PageAge = Pick<StoredRecord, 'cid' | 'began'>

/** The name of a page's entries in a room. */
export function blockName(cid: EntryKey['cid'], room: string): string {
  return `${cid} ${room}`
}
