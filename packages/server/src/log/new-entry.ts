import type { Entry } from '@roomful/contract'

/** An entry before the log gives it its place. */
export type NewEntry = Omit<Entry, 'seq'>
