import type { Message } from '../../../src/roomful/outbox/message.ts'

/** A storage transaction. */
export interface Saving {
  readonly put: readonly Message[]
  readonly remove: readonly Message[]
}

/** What was sent with `emit`, as only this model knows it. */
export interface Sent {
  readonly id: number
  /** Those of one tab, over its reloads; its own where another tab took it over. */
  line: number
  readonly page: number
  readonly room: number
  isStored: boolean
}

/** The browser's storage and its locks, shared by all tabs. */
export class Disk {
  /** By page, in the order of their first write. */
  readonly #stored = new Map<string, Map<number, Message>>()
  readonly #owners = new Map<string, number>()
  readonly #sent: readonly Sent[]

  constructor(sent: readonly Sent[]) {
    this.#sent = sent
  }

  write({ put, remove }: Saving): void {
    for (const message of remove) {
      // A page that dies here knew how the message ended, and had nobody left to tell.
      this.#sent[message.data as number]!.isStored = false
      this.#stored.get(message.cid)?.delete(message.n)
    }
    for (const message of put) {
      const entries = this.#stored.get(message.cid) ?? new Map<number, Message>()
      this.#stored.set(message.cid, entries.set(message.n, message))
      this.#sent[message.data as number]!.isStored = true
    }
  }

  lock(cid: string, page: number): void {
    this.#owners.set(cid, page)
  }

  unlockAll(page: number): void {
    for (const [cid, owner] of this.#owners) if (owner === page) this.#owners.delete(cid)
  }

  /** What nobody has taken out again. */
  left(): Message[] {
    return [...this.#stored.values()].flatMap((entries) => [...entries.values()])
  }

  /** What pages that are gone left behind, oldest page first. */
  adopt(page: number): Message[] {
    const free = [...this.#stored].filter(([cid, entries]) => !this.#owners.has(cid) && entries.size > 0)
    return free.flatMap(([cid, entries]) => {
      this.lock(cid, page)
      return [...entries.values()].toSorted((a, b) => a.n - b.n).map((message) => ({ ...message }))
    })
  }
}
