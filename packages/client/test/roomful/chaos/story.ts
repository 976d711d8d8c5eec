import type { Entry } from '@roomful/contract/protocol'

/** One message that a page gave to its client. */
export interface Sent {
  readonly text: string
  /** The server refuses it, whatever happens. */
  readonly isSpam: boolean
  readonly user: string
  readonly room: string
  readonly stay: Stay
  outcome?: Outcome
}

type Outcome =
  | { readonly state: 'confirmed'; readonly id: string; readonly seq: number }
  | { readonly state: 'unconfirmed' }
  | { readonly state: 'refused'; readonly code: string; readonly error: string }

/** What one page heard in one room, from joining it until it left, or was gone. */
export interface Stay {
  readonly page: string
  readonly room: string
  readonly heard: Heard[]
  isOver: boolean
}

type Heard = Pick<Entry, 'seq' | 'id' | 'at'> & { readonly text: string; readonly from: string | undefined }

export type Logs = ReadonlyMap<string, readonly Entry[]>

/** All that is known of a run, for the checker. */
export interface Story {
  readonly sent: Sent[]
  readonly stays: Stay[]
  /** What was in the storage when its page died. */
  readonly left: string[]
  /** Whatever must never happen, said where it was seen. */
  readonly problems: string[]
}
