import { RoomfulError } from '@roomful/contract'
import { assertCounts } from '../counts.ts'
import { type RefusalError, refuse } from '../refuse.ts'
import type { Sender } from './sender-row.ts'

const DAY_MS = 86_400_000

/** How long, and how many, rows of senders are kept: one for each page of a user (`cid`) in each room that it wrote in. */
export interface RowOptions {
  /** How long a row lives after its last write, in ms; a day unless given, and not less. */
  readonly dedupMs?: number
  /** Rows kept a user; 1,000 unless given. A row that lives is never given up: beyond it a new page is refused (`LIMIT`). */
  readonly maxRowsPerUser?: number
  /** Rows kept in all; 100,000 unless given. */
  readonly maxRows?: number
}

export type RowLimits = Required<RowOptions>

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function rowLimits(caller: string, options: RowOptions): RowLimits {
  const { dedupMs = DAY_MS, maxRowsPerUser = 1_000, maxRows = 100_000 } = options
  const limits = { dedupMs, maxRowsPerUser, maxRows }
  assertCounts(caller, limits)
  assertDedup(caller, dedupMs)
  return limits
}

/** Clients count on a day (PROTOCOL S8). @throws RoomfulError `INVALID_ARGUMENT` */
export function assertDedup(caller: string, dedupMs: number): void {
  if (dedupMs >= DAY_MS) return
  throw new RoomfulError('INVALID_ARGUMENT', `${caller}: dedupMs must be at least ${DAY_MS}, a day; got ${dedupMs}`)
}

/** Whom `maxRowsPerUser` counts: a user, or a guest's cid. */
export function ownerOf({ user, cid }: Sender): string {
  return user === null ? `guest ${cid}` : `user ${user}`
}

export function noMoreRows(): RefusalError {
  return refuse('LIMIT', 'the server cannot remember more senders just now')
}
