import type { Entry } from '@roomful/contract/protocol'

/** One message that a page gave to its client. */
export interface Sent {
  readonly text: string
  /** The server always refuses it. */
  readonly isSpam: boolean
  readonly user: string
  readonly room: string
  readonly stay: Stay
  outcome?: Outcome
}

type Outcome =
  | { readonly state: 'confirmed'; readonly id: string; readonly seq: number }
  | { readonly state: 'unconfirmed' }
  /** `isPutOut`: the user was put out of the room meanwhile. */
  | { readonly state: 'refused'; readonly code: string; readonly isPutOut: boolean; readonly error: string }

/** The messages that one page received in one room, from a join until the leave or the end of the page. */
export interface Stay {
  readonly page: string
  readonly room: string
  readonly received: Received[]
  isOver: boolean
}

type Received = Pick<Entry, 'seq' | 'id' | 'at'> & { readonly text: string; readonly from: string | undefined }

export type Logs = ReadonlyMap<string, readonly Entry[]>

/** Everything that happened in a run, for the checks. */
export interface RunRecord {
  readonly sent: Sent[]
  readonly stays: Stay[]
  /** The texts in the storage of each page that was closed. */
  readonly left: string[]
  /** The rooms out of which users were put, as `user room`. */
  readonly putOut: Set<string>
  /** Violations that were seen during the run. */
  readonly problems: string[]
}
