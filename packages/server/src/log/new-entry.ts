import type { Entry } from '@roomful/contract/protocol'

/** An entry before the log gives it its place. */
export type NewEntry = Omit<Entry, 'seq'>

/** The entries with their places behind the head. */
export function placed(entries: readonly NewEntry[], head: number): Entry[] {
  return entries.map((entry, index) => ({ ...entry, seq: head + index + 1 }))
}
