import type { JoinRequest, PublishAnswer } from '@roomful/contract/protocol'
import type { Batch } from '../../../src/roomful/outbox/outbox-steps.ts'
import type { LogPage } from '../../../src/roomful/log-steps.ts'

export type ToServer =
  | {
      readonly type: 'join'
      readonly room: number
      readonly attempt: number
      readonly since: JoinRequest['since']
      readonly packs: boolean
    }
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
  /** What the server sends to members: an event, a pack of events, a `$head`. */
  | { readonly type: 'packet'; readonly name: string; readonly args: readonly unknown[] }

export const ROOMS = 2
export const PAGE = 3
export const HOLD = 4
export const WINDOW = 10
export const USER = 'ann'
