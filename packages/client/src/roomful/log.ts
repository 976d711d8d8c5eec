import { bytesOf, type Entry, type PackedEvent } from '@roomful/contract/protocol'
import type { Gap } from '../rooms/room.ts'

/** How much may be held while earlier messages are missing. The rest is fetched later. */
interface HoldLimit {
  readonly entries: number
  readonly bytes: number
}

/** The state of a room's log, and a run of its entries. */
export interface LogPage {
  readonly epoch: string
  readonly head: number
  readonly first: number
  readonly entries: readonly Entry[]
}

/** A live event of the room. A volatile one has no place in the log. */
export type LiveEvent = Entry | VolatileEvent
type VolatileEvent = Required<Pick<PackedEvent, 'event' | 'data' | 'from' | 'at'>>

export type LogInput =
  /** A join is requested; its answer is `joined`. */
  | { readonly type: 'joining' }
  /** The answer to the join. The log may be another one now, or may have gone back: then the view begins anew at its head. */
  | { readonly type: 'joined'; readonly page: LogPage }
  /** Live events that came together, in their order. The messages among them are of this epoch. */
  | { readonly type: 'live'; readonly epoch: string; readonly events: readonly LiveEvent[] }
  /** The log has at least this `seq`. */
  | { readonly type: 'head'; readonly epoch: string; readonly seq: number }
  /** The answer to a fetch; `join` is the fetch's own. */
  | { readonly type: 'page'; readonly join: number; readonly page: LogPage }
  /** A fetch failed or is to be repeated: the moment to ask again has come. */
  | { readonly type: 'retry'; readonly join: number }
  | { readonly type: 'disconnected' }
  /** The room was left; the next join begins at the head. */
  | { readonly type: 'left' }

export type LogOutput =
  | { readonly type: 'deliver'; readonly entry: Entry; readonly replayed: boolean }
  | { readonly type: 'volatile'; readonly event: VolatileEvent }
  | { readonly type: 'gap'; readonly gap: Gap }
  /** `isRepeat`: the page before had no message that follows, so ask a moment later. */
  | {
      readonly type: 'fetch'
      readonly join: number
      readonly epoch: string
      readonly after: number
      readonly isRepeat: boolean
    }
  /** The place is lost: join again. */
  | { readonly type: 'rejoin' }

interface Place {
  readonly epoch: string
  last: number
}

/**
 * How far one member has followed a room's log: delivers each message once, in order, and fetches what is missing.
 * SPEC.md, rules RL.
 *
 *     away ── joining ─► joining ── joined ─► joined          all of them ── disconnected · left ─► away
 */
export class RoomLog {
  status: 'away' | 'joining' | 'joined' = 'away'
  /** The last delivered message; undefined before the first answer to a join. */
  place: Place | undefined
  readonly #limit: HoldLimit
  /** Counts the joins: an answer to a request of an earlier join changes nothing. */
  join = 0
  #isFetching = false
  /** The epoch of everything below. */
  #epoch: string | undefined
  /** Messages that came before an earlier one, by `seq`. */
  readonly #held = new Map<number, Entry>()
  #heldBytes = 0
  /** The highest `seq` that the log is known to have. */
  #known = 0
  /** Two of the epochs that came before the answer to the join: one of two is not the answer's. */
  readonly #early = new Set<string>()

  constructor(limit: HoldLimit = { entries: 1_000, bytes: 1_048_576 }) {
    this.#limit = limit
  }

  step(input: LogInput): LogOutput[] {
    switch (input.type) {
      case 'joining':
        this.status = 'joining'
        this.join += 1
        this.#isFetching = false
        return []
      case 'joined':
        return this.#joined(input.page)
      case 'live':
        return this.#live(input.epoch, input.events)
      case 'head':
        return this.#head(input.epoch, input.seq)
      case 'page':
        return this.#page(input.join, input.page)
      case 'retry':
        if (input.join !== this.join || this.status !== 'joined') return []
        this.#isFetching = false
        return this.#proceed([])
      case 'left':
        this.place = undefined
        return this.#away()
      case 'disconnected':
        return this.#away()
    }
  }

  /** Whether the page is of the log that was followed so far, which has not gone back. */
  continuesIn(page: LogPage): boolean {
    const { place } = this
    return place !== undefined && place.epoch === page.epoch && place.last <= page.head
  }

  #away(): LogOutput[] {
    this.status = 'away'
    this.#isFetching = false
    this.#early.clear()
    this.#reset(undefined)
    return []
  }

  #joined(page: LogPage): LogOutput[] {
    if (this.status !== 'joining') return []
    this.status = 'joined'
    const isOld = [...this.#early].some((epoch) => epoch !== page.epoch)
    this.#early.clear()
    this.#learn(page.epoch, page.head)
    const outputs = this.#follow(page)
    // The log may have got another epoch after the server read it for this answer.
    return isOld ? [...outputs, { type: 'rejoin' }] : outputs
  }

  #follow(page: LogPage): LogOutput[] {
    const { place } = this
    if (place && this.continuesIn(page)) return this.#apply(place, page, true)
    this.place = { epoch: page.epoch, last: page.head }
    const gap: Gap = { from: undefined, to: page.head, reason: 'epoch' }
    return this.#proceed(place ? [{ type: 'gap', gap }] : [])
  }

  /** Asks for missing messages only after the last event: an earlier message may come behind a later one. */
  #live(epoch: string, events: readonly LiveEvent[]): LogOutput[] {
    const outputs: LogOutput[] = []
    let isOfLog = true
    for (const event of events) {
      if (!('seq' in event)) {
        if (this.status === 'joined') outputs.push({ type: 'volatile', event })
      } else if (isOfLog) isOfLog = this.#take(outputs, epoch, event.seq, event)
    }
    return this.#fetchMissing(outputs)
  }

  #head(epoch: string, seq: number): LogOutput[] {
    const outputs: LogOutput[] = []
    this.#take(outputs, epoch, seq)
    return this.#fetchMissing(outputs)
  }

  /** Without an entry: the log has at least this `seq`. False for another log than the one that is followed. */
  #take(outputs: LogOutput[], epoch: string, seq: number, entry?: Entry): boolean {
    const { status, place } = this
    if (status === 'away') return true
    if (status === 'joining' || !place) {
      if (this.#early.size < 2) this.#early.add(epoch)
      this.#hold(epoch, seq, entry)
    } else if (epoch !== place.epoch) {
      outputs.push({ type: 'rejoin' })
      return false
    } else if (!entry || seq > place.last + 1) this.#hold(epoch, seq, entry)
    else if (seq === place.last + 1) {
      this.#learn(epoch, seq)
      this.#deliver(outputs, place, entry, false)
      this.#deliverHeld(outputs, place)
    }
    return true
  }

  #page(join: number, page: LogPage): LogOutput[] {
    const { place } = this
    if (join !== this.join || this.status !== 'joined') return []
    this.#isFetching = false
    if (!place || page.epoch !== place.epoch) return [{ type: 'rejoin' }]
    this.#learn(page.epoch, page.head)
    return this.#apply(place, page)
  }

  /** A page that brings nothing is asked for again later; the answer to a join, which may lack entries, at once. */
  #apply(place: Place, { first, entries }: LogPage, isJoin = false): LogOutput[] {
    const outputs: LogOutput[] = []
    if (first > place.last + 1) {
      outputs.push({ type: 'gap', gap: { from: place.last + 1, to: first - 1, reason: 'retention' } })
      place.last = first - 1
    }
    const { last } = place
    for (const entry of entries) if (entry.seq === place.last + 1) this.#deliver(outputs, place, entry, true)
    return this.#proceed(outputs, !isJoin && last === place.last)
  }

  /** After the position has moved in another way than by live messages. */
  #proceed(outputs: LogOutput[], isRepeat = false): LogOutput[] {
    const { place } = this
    if (place) {
      for (const [seq, { data }] of this.#held) if (seq <= place.last) this.#release(seq, data)
      this.#deliverHeld(outputs, place)
    }
    return this.#fetchMissing(outputs, isRepeat)
  }

  /** The position moves first, whatever the listeners do (C14). */
  #deliver(outputs: LogOutput[], place: Place, entry: Entry, replayed: boolean): void {
    place.last = entry.seq
    outputs.push({ type: 'deliver', entry, replayed })
  }

  /** Delivers held messages whose turn has come. */
  #deliverHeld(outputs: LogOutput[], place: Place): void {
    for (let entry = this.#held.get(place.last + 1); entry; entry = this.#held.get(place.last + 1)) {
      this.#release(entry.seq, entry.data)
      this.#deliver(outputs, place, entry, false)
    }
  }

  #fetchMissing(outputs: LogOutput[], isRepeat = false): LogOutput[] {
    const { place, status } = this
    const isMissing = status === 'joined' && place && place.last < this.#known && !this.#isFetching
    if (isMissing) outputs.push({ type: 'fetch', join: this.join, epoch: place.epoch, after: place.last, isRepeat })
    this.#isFetching ||= isMissing === true
    return outputs
  }

  /** Beyond the limit only the `seq` is remembered. */
  #hold(epoch: string, seq: number, entry: Entry | undefined): void {
    this.#learn(epoch, seq)
    if (!entry || this.#held.has(seq) || this.#held.size >= this.#limit.entries) return
    const bytes = this.#heldBytes + bytesOf(entry.data)
    if (bytes > this.#limit.bytes) return
    this.#held.set(seq, entry)
    this.#heldBytes = bytes
  }

  #release(seq: number, data: unknown): void {
    this.#held.delete(seq)
    this.#heldBytes -= bytesOf(data)
  }

  /** What is known of one epoch says nothing about another. */
  #learn(epoch: string, seq: number): void {
    if (epoch !== this.#epoch) this.#reset(epoch)
    this.#known = Math.max(this.#known, seq)
  }

  #reset(epoch: string | undefined): void {
    this.#epoch = epoch
    this.#held.clear()
    this.#heldBytes = 0
    this.#known = 0
  }
}
