import type { Appended } from '@roomful/server'
import type { Outcome } from '../../../src/roomful/outbox/message.ts'
import type { Saving } from './disk.ts'
import type { Link } from './link.ts'
import type { Store } from './store.ts'

export interface Options {
  readonly nodes: 1 | 2
  readonly batchItems: number
  /** Whether a sender's batches are handled one at a time. Correctness does not need it: the commit decides. */
  readonly hasMutex: boolean
  /** Whether the frames of a connection are handled in any order, as where each handler has its own thread. */
  readonly hasThreads: boolean
  /** Whether the heads of the log are compared; a log of a single process does not need it. */
  readonly hasHeads: boolean
  readonly savesAtOnce: boolean
  /** `async`: a lagging replica that is promoted may lack confirmed messages. undefined: the log has no replica. */
  readonly durability: 'async' | 'replica' | undefined
}

export interface Told {
  readonly id: number
  readonly page: number
  readonly room: number
  /** The epoch of the log that gave the outcome; 0 where no log did. */
  readonly epoch: number
  readonly outcome: Outcome
  /** How much the page had shown of the room before. */
  readonly shown: number
}

/** The parts of the model that tabs and servers use. */
export interface Surroundings {
  readonly options: Options
  readonly now: number
  /** For the time that events wait for others. */
  readonly clockMs: number
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
  /** A read has ended, and its reader has to go on. */
  hasNews: boolean
  publish(room: number, appended: Appended): void
}
