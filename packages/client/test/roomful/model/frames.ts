import type { Entry, JoinRequest, PublishAnswer } from '@roomful/contract/protocol'
import type { Batch } from '../../../src/roomful/outbox/outbox-steps.ts'
import type { LogPage } from '../../../src/roomful/log-steps.ts'

export type ToServer =
  | { readonly type: 'join'; readonly room: number; readonly attempt: number; readonly since: JoinRequest['since'] }
  | {
      readonly type: 'history'
      readonly room: number
      readonly join: number
      readonly epoch: string
      readonly after: number
    }
  | { readonly type: 'publish'; readonly room: number; readonly batch: Batch }

export type ToClient =
  | { readonly type: 'joined'; readonly room: number; readonly attempt: number; readonly page: LogPage }
  | { readonly type: 'refused'; readonly room: number; readonly attempt: number }
  | { readonly type: 'out'; readonly room: number }
  | { readonly type: 'page'; readonly room: number; readonly join: number; readonly page: LogPage | undefined }
  | { readonly type: 'answer'; readonly room: number; readonly batch: Batch; readonly answer: PublishAnswer }
  | { readonly type: 'live'; readonly room: number; readonly epoch: string; readonly entry: Entry }
  | { readonly type: 'head'; readonly room: number; readonly epoch: string; readonly seq: number }

/** A connection with its undelivered frames, in order. Each side notices its end at a time of its own. */
export interface Link {
  readonly node: number
  readonly tab: { readonly link: Link | undefined; cut(): void }
  isUp: boolean
  serverIsUp: boolean
  readonly toServer: ToServer[]
  readonly toClient: ToClient[]
  /** The rooms of which the server counts this connection a member. */
  readonly member: Set<number>
}

export const ROOMS = 2
export const PAGE = 3
export const HOLD = 4
export const WINDOW = 10
export const USER = 'ann'
