import type { Entry } from '@roomful/contract/protocol'

/** Messages of a room that were missed and will not come by themselves; ask `history`, where there is one. */
export interface Gap {
  /** The first and the last missing `seq`, where known. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** Dropped from the server's log; the log began anew; or not replayed by this server and client. */
  readonly reason: 'retention' | 'epoch' | 'unsupported'
}

/** As much as may wait for what comes before it; what does not fit is fetched later. */
interface HoldBound {
  readonly entries: number
  readonly bytes: number
}

/** Where the log stands, and a run of its entries. */
export interface LogPage {
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
}

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

interface Place {
  readonly epoch: string
  last: number
}

/**
 * How far one member has followed a room's log. SPEC.md, rules RL. Each method says what happened, and gives what is to be
 * done, in order: nothing here has a server, a timer or a listener.
 *
 *     away ── joining ─► joining ── joined ─► joined          every one ── away ─► away
 */
export class RoomLog {
  readonly bound: HoldBound
  status: 'away' | 'joining' | 'joined' = 'away'
  /** Numbers the joins: an answer to an earlier one says nothing about now. */
  join = 0
  /** Where we are; undefined before the first answer to a join. */
  place: Place | undefined
  #isFetching = false
  /** Of which epoch the rest is: messages that came too early, their bytes, and the highest `seq` that we heard of. */
  #epoch: string | undefined
  readonly #held = new Map<number, Entry>()
  #bytes = 0
  #known = 0

  constructor(bound: HoldBound = { entries: 1_000, bytes: 1_048_576 }) {
    this.bound = bound
  }

  joining(): void {
    this.status = 'joining'
    this.join += 1
    this.#isFetching = false
  }

  away(): void {
    this.status = 'away'
    this.#isFetching = false
    this.#begin(undefined)
  }

  left(): void {
    this.away()
    this.place = undefined
  }

  /** The log in which we are now may be another one, or have gone back: what is shown of the old one ends here. */
  joined(page: LogPage): RoomLogOutput[] {
    if (this.status !== 'joining') return []
    this.status = 'joined'
    this.#learn(page.epoch, page.head)
    const { place } = this
    if (place && place.epoch === page.epoch && place.last <= page.head) return this.#apply(place, page)
    this.place = { epoch: page.epoch, last: page.head }
    const gap: Gap = { from: undefined, to: page.head, reason: 'epoch' }
    return this.#onward(place ? [{ type: 'gap', gap }] : [])
  }

  /** The log has at least this; live, with the entry itself. */
  heard(epoch: string, seq: number, entry?: Entry): RoomLogOutput[] {
    const { status, place } = this
    if (status === 'away') return []
    if (status === 'joining' || !place) return this.#keep(epoch, seq, entry)
    if (epoch !== place.epoch) return [{ type: 'rejoin' }]
    if (seq <= place.last) return []
    if (!entry || seq > place.last + 1) return this.#onward(this.#keep(epoch, seq, entry))
    place.last = seq
    this.#learn(epoch, seq)
    return this.#onward([{ type: 'deliver', entry, replayed: false }])
  }

  /** A page that was asked for. */
  page(join: number, page: LogPage): RoomLogOutput[] {
    const { place } = this
    if (join !== this.join || this.status !== 'joined') return []
    this.#isFetching = false
    if (!place || page.epoch !== place.epoch) return [{ type: 'rejoin' }]
    this.#learn(page.epoch, page.head)
    return this.#apply(place, page)
  }

  /** What was to be fetched did not come: time to ask again. */
  retry(join: number): RoomLogOutput[] {
    if (join !== this.join) return []
    this.#isFetching = false
    return this.#onward([])
  }

  #apply(place: Place, { first, entries }: LogPage): RoomLogOutput[] {
    const outputs: RoomLogOutput[] = []
    const before = place.last
    if (first > before + 1) {
      outputs.push({ type: 'gap', gap: { from: before + 1, to: first - 1, reason: 'retention' } })
      place.last = first - 1
    }
    for (const entry of entries) {
      if (entry.seq !== place.last + 1) continue
      outputs.push({ type: 'deliver', entry, replayed: true })
      place.last = entry.seq
    }
    return this.#onward(outputs, before === place.last)
  }

  /** Hands on what is next in turn; fetches where something is missing before what is known. */
  #onward(outputs: RoomLogOutput[], isRepeat = false): RoomLogOutput[] {
    const { place, status, join } = this
    if (!place) return outputs
    for (let entry = this.#held.get(place.last + 1); entry; entry = this.#held.get(place.last + 1)) {
      outputs.push({ type: 'deliver', entry, replayed: false })
      place.last = entry.seq
    }
    for (const [seq, entry] of this.#held)
      if (seq <= place.last) {
        this.#held.delete(seq)
        this.#bytes -= bytesOf(entry)
      }
    const isMissing = status === 'joined' && place.last < this.#known && !this.#isFetching
    if (isMissing) outputs.push({ type: 'fetch', join, epoch: place.epoch, after: place.last, isRepeat })
    this.#isFetching ||= isMissing
    return outputs
  }

  /** Over the bound only the body is forgotten. */
  #keep(epoch: string, seq: number, entry: Entry | undefined): RoomLogOutput[] {
    this.#learn(epoch, seq)
    if (!entry || this.#held.has(seq) || this.#held.size >= this.bound.entries) return []
    const bytes = this.#bytes + bytesOf(entry)
    if (bytes > this.bound.bytes) return []
    this.#held.set(seq, entry)
    this.#bytes = bytes
    return []
  }

  /** Another epoch's are worth nothing beside this one's. */
  #learn(epoch: string, seq: number): void {
    if (epoch !== this.#epoch) this.#begin(epoch)
    this.#known = Math.max(this.#known, seq)
  }

  #begin(epoch: string | undefined): void {
    this.#epoch = epoch
    this.#held.clear()
    this.#bytes = 0
    this.#known = 0
  }
}

function bytesOf({ data }: Entry): number {
  return JSON.stringify(data)?.length ?? 0
}
