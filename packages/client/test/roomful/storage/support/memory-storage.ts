import type { OutboxStorage, RecordChange } from '../../../../src/roomful/storage/outbox-storage.ts'
import { keyOf, textOf } from '../../../../src/roomful/storage/outbox-storage.ts'
import type { StoredEntry } from '../../../../src/roomful/storage/storage-session.ts'

/** A storage in memory that outlives its pages, and what was asked of it. */
export interface MemoryStorage extends OutboxStorage {
  readonly records: Map<string, string>
  /** Each write: `+n` for a stored record, `-n` for a removed one. */
  readonly writes: string[]
  isClosed: boolean
}

export interface Faults {
  /** Runs before a write takes effect. */
  readonly beforeWrite?: (changes: readonly RecordChange[]) => Promise<void>
  /** Runs before a read. */
  readonly beforeRead?: () => Promise<void>
}

export function createMemoryStorage(left: readonly StoredEntry[] = [], faults: Faults = {}): MemoryStorage {
  const records = new Map(left.map((entry) => [keyOf(entry), textOf({ ...entry, began: 1 })]))
  const writes: string[] = []
  return {
    name: 'memory of the test',
    records,
    writes,
    isClosed: false,
    async read(prefix) {
      await faults.beforeRead?.()
      return [...records].filter(([key]) => key.startsWith(prefix))
    },
    async write(changes) {
      await faults.beforeWrite?.(changes)
      for (const [key, text] of changes)
        if (text === null) records.delete(key)
        else records.set(key, text)
      writes.push(changes.map(([key, text]) => `${text === null ? '-' : '+'}${key.slice(23)}`).join(' '))
    },
    async close() {
      this.isClosed = true
    },
  }
}

export const cid = (letter: string): string => letter.repeat(22)

export const entry = (letter: string, n: number, more: Partial<StoredEntry> = {}): StoredEntry => ({
  cid: cid(letter),
  n,
  user: 'ada',
  room: 'general',
  event: 'm',
  data: `${letter}${n}`,
  id: `message-${letter}-${String(n).padStart(6, '0')}`,
  ...more,
})
