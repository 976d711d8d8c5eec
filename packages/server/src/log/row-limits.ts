import { RoomfulError } from '@roomful/contract'
import { assertIntegers } from '../assert-numbers.ts'
import { type RefusalError, refuse } from '../refuse.ts'
import type { Sender } from './sender-row.ts'

const DAY_MS = 86_400_000

/** How long and how many rows of senders are kept: one for each page of a user (`cid`) in each room that it wrote to. */
export interface RowOptions {
  /** How long a row is kept after its last write, in ms. Default and minimum: a day. */
  readonly dedupMs?: number
  /** The most rows of one user. Default: 1,000. Beyond it new pages are refused (`LIMIT`); no row is deleted early. */
  readonly maxRowsPerUser?: number
  /** The most rows charged to one address, of users and guests. Default: 5,000. Beyond it new pages at that address are refused (`LIMIT`). */
  readonly maxRowsPerAddress?: number
  /** The most rows in all. Default: 100,000. Guests have at most half of them, so that users can still write. */
  readonly maxRows?: number
}

export interface RowLimits extends Required<RowOptions> {
  readonly maxGuestRows: number
}

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function rowLimits(caller: string, options: RowOptions): RowLimits {
  const { dedupMs = DAY_MS, maxRowsPerUser = 1_000, maxRowsPerAddress = 5_000, maxRows = 100_000 } = options
  const limits = { dedupMs, maxRowsPerUser, maxRowsPerAddress, maxRows }
  assertIntegers(caller, limits)
  assertDedup(caller, dedupMs)
  return { ...limits, maxGuestRows: Math.ceil(maxRows / 2) }
}

/** Clients rely on a day (S8). @throws RoomfulError `INVALID_ARGUMENT` */
export function assertDedup(caller: string, dedupMs: number): void {
  if (dedupMs >= DAY_MS) return
  throw new RoomfulError('INVALID_ARGUMENT', `${caller}: dedupMs must be at least ${DAY_MS}, a day; got ${dedupMs}`)
}

/** The key by which `maxRowsPerUser` counts: the user, or the cid of a guest. The server's rows do not count. */
export function ownerOf({ user, cid, isServer }: Sender): string {
  if (isServer) return 'server'
  return user === null ? `guest ${cid}` : `user ${user}`
}

const SENTENCES = {
  all: 'the server cannot remember more senders at the moment',
  guests: 'the server cannot remember more senders who have not signed in',
  owner: 'the server cannot remember more pages of yours at the moment',
  address: 'the server cannot remember more senders at your address',
}

/** The refusal of a new row, by the bound that was reached. */
export function rowLimitReached(bound: keyof typeof SENTENCES): RefusalError {
  return refuse('LIMIT', SENTENCES[bound])
}
