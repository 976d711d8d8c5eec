import type { Entry } from '@roomful/contract'
import type { Outcome } from '../../../src/roomful/outbox/message.ts'
import type { Saving } from './disk.ts'
import type { Link } from './frames.ts'
import type { Store } from './store.ts'

export interface Options {
  readonly nodes: 1 | 2
  readonly batchItems: number
  /** A server without them is still right: the commit decides. */
  readonly hasMutex: boolean
  /** Frames of a connection begin in any order, as where each handler has its own thread. */
  readonly hasThreads: boolean
  /** Whether $head is sent; one process needs none. */
  readonly hasHeads: boolean
  readonly savesAtOnce: boolean
}

export interface Told {
  readonly id: number
  readonly key: string
  readonly page: number
  /** Of the log that it is about; 0 where no log was asked. */
  readonly epoch: number
  readonly outcome: Outcome
}

/** What tabs and servers know of the world around them. */
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
