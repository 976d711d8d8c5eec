import type { Entry } from '@roomful/contract/protocol'

/** An entry before it has a place in the log. */
export type NewEntry = Omit<Entry, 'seq'>

/** Gives entries their places after the head. */
export function withSeq(entries: readonly NewEntry[], head: number): Entry[] {
  return entries.map((entry, index) => ({ ...entry, seq: head + index + 1 }))
}
