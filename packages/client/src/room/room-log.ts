import type { Entry } from '@roomful/contract'

/** Messages of a room that were missed and will not come by themselves; ask `history`, where there is one. */
export interface Gap {
  /** The first and the last missing `seq`, where known. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** Dropped from the server's log; the log began anew; or not replayed by this server and client. */
  readonly reason: 'retention' | 'epoch' | 'unsupported'
}

/**
 * How far one member has followed a room's log. SPEC.md, rules RL.
 *
 *     away ── joining ─► joining ── joined ─► joined          every one ── away ─► away
 */
export interface RoomLog {
  readonly status: 'away' | 'joining' | 'joined'
  /** Numbers the joins: an answer to an earlier one says nothing about now. */
  readonly join: number
  /** Where we are; undefined before the first answer to a join. */
  readonly place: { readonly epoch: string; readonly last: number } | undefined
  /** What is known to be in the log of an epoch: messages that came too early, and the highest `seq` that we heard of. */
  readonly ahead: Ahead
  readonly isFetching: boolean
  readonly bound: HoldBound
}

/** As much as may wait for what comes before it; what does not fit is fetched later. */
interface HoldBound {
  readonly entries: number
  readonly bytes: number
}

interface Ahead {
  readonly epoch: string | undefined
  readonly known: number
  readonly held: ReadonlyMap<number, Entry>
  readonly bytes: number
}

/** Where the log stands, and a run of its entries. */
export interface LogPage {
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
}

export type RoomLogInput =
  | { readonly type: 'joining' | 'away' | 'left' }
  | { readonly type: 'joined'; readonly page: LogPage }
  | { readonly type: 'live'; readonly epoch: string; readonly entry: Entry }
  /** The log has at least this. */
  | { readonly type: 'head'; readonly epoch: string; readonly seq: number }
  | { readonly type: 'page'; readonly join: number; readonly page: LogPage }
  /** What was to be fetched did not come: time to ask again. */
  | { readonly type: 'retry'; readonly join: number }

export type RoomLogOutput =
  | { readonly type: 'deliver'; readonly entry: Entry; readonly replayed: boolean }
  | { readonly type: 'gap'; readonly gap: Gap }
  /** `isRepeat`: the page before brought us no further; ask a moment later. */
  | {
      readonly type: 'fetch'
      readonly join: number
      readonly epoch: string
      readonly after: number
      readonly isRepeat: boolean
    }
  | { readonly type: 'rejoin' }

interface Step {
  readonly log: RoomLog
  readonly outputs: readonly RoomLogOutput[]
}

const NOTHING_AHEAD: Ahead = { epoch: undefined, known: 0, held: new Map(), bytes: 0 }
const NOTHING: readonly RoomLogOutput[] = []

export function newRoomLog(bound: HoldBound = { entries: 1_000, bytes: 1_048_576 }): RoomLog {
  return { status: 'away', join: 0, place: undefined, ahead: NOTHING_AHEAD, isFetching: false, bound }
}

/** The next state, and what is to be done. */
export function roomLog(log: RoomLog, input: RoomLogInput): Step {
  switch (input.type) {
    case 'joining':
      return still({ ...log, status: 'joining', join: log.join + 1, isFetching: false })
    case 'away':
      return still({ ...log, status: 'away', ahead: NOTHING_AHEAD, isFetching: false })
    case 'left':
      return still({ ...newRoomLog(log.bound), join: log.join })
    case 'joined':
      return log.status === 'joining' ? entered(log, input.page) : still(log)
    case 'live':
      return heard(log, input.epoch, input.entry.seq, input.entry)
    case 'head':
      return heard(log, input.epoch, input.seq)
    case 'page':
      return input.join === log.join && log.status === 'joined' ? turned(log, input.page) : still(log)
    case 'retry':
      return input.join === log.join ? onward({ ...log, isFetching: false }, []) : still(log)
  }
}

/** The log in which we are now is another one, or went back: what is shown of the old one ends here. */
function entered(log: RoomLog, page: LogPage): Step {
  const { place } = log
  const joined: RoomLog = { ...log, status: 'joined', ahead: aheadIn(log.ahead, page) }
  if (place && place.epoch === page.epoch && place.last <= page.head) return applied(joined, place, page)
  const gap: Gap = { from: undefined, to: page.head, reason: 'epoch' }
  const here = { ...joined, place: { epoch: page.epoch, last: page.head } }
  return onward(here, place ? [{ type: 'gap', gap }] : [])
}

function heard(log: RoomLog, epoch: string, seq: number, entry?: Entry): Step {
  const { status, place, ahead } = log
  if (status === 'away') return still(log)
  if (status === 'joining' || !place) return still({ ...log, ahead: kept(log, epoch, seq, entry) })
  if (epoch !== place.epoch) return { log, outputs: [{ type: 'rejoin' }] }
  if (seq <= place.last) return still(log)
  if (entry && seq === place.last + 1 && seq > ahead.known) {
    // Nearly all messages: nothing was missed, and nothing waits.
    const moved = { ...log, place: { epoch, last: seq }, ahead: { ...ahead, epoch, known: seq } }
    return { log: moved, outputs: [{ type: 'deliver', entry, replayed: false }] }
  }
  return onward({ ...log, ahead: kept(log, epoch, seq, entry) }, [])
}

/** A page that was asked for. */
function turned(log: RoomLog, page: LogPage): Step {
  const { place } = log
  const ready = { ...log, isFetching: false }
  if (!place || page.epoch !== place.epoch) return { log: ready, outputs: [{ type: 'rejoin' }] }
  return applied({ ...ready, ahead: aheadIn(log.ahead, page) }, place, page)
}

function applied(log: RoomLog, place: { epoch: string; last: number }, { first, entries }: LogPage): Step {
  const outputs: RoomLogOutput[] = []
  let { last } = place
  if (first > last + 1) {
    outputs.push({ type: 'gap', gap: { from: last + 1, to: first - 1, reason: 'retention' } })
    last = first - 1
  }
  for (const entry of entries) {
    if (entry.seq !== last + 1) continue
    outputs.push({ type: 'deliver', entry, replayed: true })
    last = entry.seq
  }
  return onward({ ...log, place: { epoch: place.epoch, last } }, outputs, last === place.last)
}

/** Hands on what is next in turn; fetches where something is missing before what is known. */
function onward(log: RoomLog, outputs: RoomLogOutput[], isRepeat = false): Step {
  const { place, ahead, status, join } = log
  if (!place) return { log, outputs }
  let { last } = place
  for (let entry = ahead.held.get(last + 1); entry; entry = ahead.held.get(last + 1)) {
    outputs.push({ type: 'deliver', entry, replayed: false })
    last = entry.seq
  }
  const isMissing = status === 'joined' && last < ahead.known && !log.isFetching
  if (isMissing) outputs.push({ type: 'fetch', join, epoch: place.epoch, after: last, isRepeat })
  const isFetching = log.isFetching || isMissing
  return {
    log: { ...log, place: { epoch: place.epoch, last }, ahead: behindDropped(ahead, last), isFetching },
    outputs,
  }
}

function still(log: RoomLog): Step {
  return { log, outputs: NOTHING }
}

/** Another epoch's are worth nothing beside this one's. Over the bound only the body is forgotten. */
function kept({ ahead, bound }: RoomLog, epoch: string, seq: number, entry: Entry | undefined): Ahead {
  const { known, held, bytes } = ahead.epoch === epoch ? ahead : NOTHING_AHEAD
  const next = { epoch, known: Math.max(known, seq), held, bytes }
  if (!entry || held.has(seq) || held.size >= bound.entries) return next
  const size = bytes + bytesOf(entry)
  return size > bound.bytes ? next : { ...next, held: new Map(held).set(seq, entry), bytes: size }
}

function aheadIn(ahead: Ahead, { epoch, head }: LogPage): Ahead {
  return ahead.epoch === epoch
    ? { ...ahead, known: Math.max(ahead.known, head) }
    : { ...NOTHING_AHEAD, epoch, known: head }
}

function behindDropped(ahead: Ahead, last: number): Ahead {
  const held = [...ahead.held].filter(([seq]) => seq > last)
  if (held.length === ahead.held.size) return ahead
  return { ...ahead, held: new Map(held), bytes: held.reduce((sum, [, entry]) => sum + bytesOf(entry), 0) }
}

function bytesOf({ data }: Entry): number {
  return JSON.stringify(data)?.length ?? 0
}
