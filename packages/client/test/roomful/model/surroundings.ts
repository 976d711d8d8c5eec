import type { Entry } from '@roomful/contract/protocol'
import type { Outcome } from '../../../src/roomful/outbox/message.ts'
import type { Saving } from './disk.ts'
import type { Link } from './frames.ts'
import type { Store } from './store.ts'

export interface Options {
  readonly nodes: 1 | 2
  readonly batchItems: number
  /** Whether a sender's batches are handled one at a time. Correctness does not need it: the commit decides. */
  readonly hasMutex: boolean
  /** Whether the frames of a connection are handled in any order, as where each handler has its own thread. */
  readonly hasThreads: boolean
  /** Whether `$head` is sent; a single process does not need it. */
  readonly hasHeads: boolean
  readonly savesAtOnce: boolean
}

export interface Told {
  readonly id: number
  readonly page: number
  /** The epoch of the log that gave the outcome; 0 where no log did. */
  readonly epoch: number
  readonly outcome: Outcome
}

/** The parts of the model that tabs and servers use. */
export interface Surroundings {
  readonly options: Options
  readonly now: number
  readonly isHealing: boolean
  readonly links: readonly Link[]
  readonly store: Store
  readonly forbidden: readonly boolean[]
  readonly disk: {
    write(saving: Saving): void
    has(saving: Saving): boolean
    abandon(page: number, isEmptied: boolean): void
  }
  readonly told: Told[]
  broadcast(message: { readonly room: number; readonly epoch: string; readonly entry: Entry }): void
}
