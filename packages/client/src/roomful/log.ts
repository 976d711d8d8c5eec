import type { Entry } from '@roomful/contract/protocol'
import { HeldEntries, type HoldLimit } from './held-entries.ts'
import type { LogInput, LogOutput, LogPage, Since } from './log-steps.ts'

/** How many epochs are remembered that the log continues. A message of an older one only causes another join. */
const MAX_CONTINUED = 16
/** Of three epochs that come before the answer to a join, one at least is neither the answer's nor the one before it. */
const MAX_EARLY = 3

interface Place {
  epoch: string
  /** The last delivered message. */
  last: number
  /** The highest `seq` that the app has got otherwise: in a receipt, or in a page of the history. */
  seen: number
  /** Seen messages that the log has lost. They are reported when the messages before them are delivered. */
  lost: { readonly from: number; readonly to: number } | undefined
}

type InputOf<T extends LogInput['type']> = Extract<LogInput, { type: T }>

/**
 * How far one member has followed a room's log: delivers each message once, in order, and fetches what is missing.
 * SPEC.md, rules RL.
 *
 *     away ── joining ─► joining ── joined ─► joined          all of them ── disconnected · left ─► away
 */
export class RoomLog {
  status: 'away' | 'joining' | 'joined' = 'away'
  /** undefined before the first answer to a join. */
  place: Place | undefined
  /** An answer to a request from before this number was reached changes nothing. */
  join = 0
  #isFetching = false
  /** The epoch of what is held and known. */
  #epoch: string | undefined
  readonly #held: HeldEntries
  /** The highest `seq` that the log is known to have. */
  #known = 0
  /** Epochs that came before the answer to the join, and the highest `seq` of each. */
  readonly #early = new Map<string, number>()
  /** Earlier epochs of this log, of which messages may still arrive. */
  readonly #continued = new Set<string>()

  constructor(limit: HoldLimit = { entries: 1_000, bytes: 1_048_576 }) {
    this.#held = new HeldEntries(limit)
  }

  /** What a join is sent with. */
  get since(): Since | undefined {
    const { place } = this
    return place && { epoch: place.epoch, seq: seenIn(place) }
  }

  step(input: LogInput): LogOutput[] {
    switch (input.type) {
      case 'joining':
        this.status = 'joining'
        this.#forgetFetch()
        return []
      case 'joined':
        return this.#joined(input)
      case 'live':
        return this.#live(input)
      case 'head':
        return this.#head(input)
      case 'seen':
        if (this.place) this.place.seen = Math.max(this.place.seen, input.seq)
        return []
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

  /** Whether the log of the place is one that continues this earlier epoch. */
  isContinued(epoch: string): boolean {
    return this.#continued.has(epoch)
  }

  /** The `seq` up to which the log has what was seen; undefined where the answer to a join begins another view (C12). */
  continuesAt({ epoch, head, continues }: LogPage, since: Since | undefined = this.since): number | undefined {
    if (!this.place || !since) return undefined
    return continues ?? (since.epoch === epoch && since.seq <= head ? since.seq : undefined)
  }

  #away(): LogOutput[] {
    this.status = 'away'
    this.#isFetching = false
    this.#early.clear()
    this.#reset(undefined)
    return []
  }

  /** The answer to a fetch that is under way is of no use. */
  #forgetFetch(): void {
    this.join += 1
    this.#isFetching = false
  }

  #joined({ page, since = this.since }: InputOf<'joined'>): LogOutput[] {
    if (this.status !== 'joining') return []
    this.status = 'joined'
    const { place } = this
    const early = new Map(this.#early)
    this.#early.clear()
    const kept = this.continuesAt(page, since)
    // The app has got more after the join was sent: only another join can tell whether the log still has it.
    if (place && since && kept !== undefined && page.epoch !== place.epoch && since.seq < seenIn(place)) return lost()
    this.#learn(page.epoch, Math.max(page.head, early.get(page.epoch) ?? 0))
    const outputs = place && kept !== undefined ? this.#continue(place, page, kept) : this.#begin(page)
    // The log may have got another epoch after the server read it for this answer.
    const isOld = [...early.keys()].some((epoch) => epoch !== page.epoch && !this.#continued.has(epoch))
    return isOld ? [...outputs, ...lost()] : outputs
  }

  #begin({ epoch, head }: LogPage): LogOutput[] {
    const gap = { from: undefined, to: head, reason: 'epoch' } as const
    const outputs: LogOutput[] = this.place ? [{ type: 'gap', gap }] : []
    this.#continued.clear()
    this.place = { epoch, last: head, seen: 0, lost: undefined }
    return this.#proceed(outputs)
  }

  /** `kept`: what was seen beyond it is lost, where the epoch is another one. */
  #continue(place: Place, page: LogPage, kept: number): LogOutput[] {
    const outputs: LogOutput[] = []
    if (page.epoch !== place.epoch) {
      this.#follow(place, page.epoch)
      const seen = seenIn(place)
      if (seen > kept) place.lost = { from: kept + 1, to: Math.max(seen, place.lost?.to ?? 0) }
      place.last = Math.min(place.last, kept)
      place.seen = Math.min(place.seen, kept)
      tellLost(outputs, place)
    }
    return this.#apply(outputs, place, page, true)
  }

  #follow(place: Place, epoch: string): void {
    this.#continued.add(place.epoch)
    this.#continued.delete(epoch)
    for (const oldest of this.#continued) if (this.#continued.size > MAX_CONTINUED) this.#continued.delete(oldest)
    place.epoch = epoch
  }

  /** Asks for missing messages only after the last event: an earlier message may come behind a later one. */
  #live({ epoch, events }: InputOf<'live'>): LogOutput[] {
    const outputs: LogOutput[] = []
    let isOfLog = true
    for (const event of events) {
      if (!('seq' in event)) {
        if (this.status === 'joined') outputs.push({ type: 'volatile', event })
      } else if (isOfLog) isOfLog = this.#take(outputs, epoch, event.seq, event)
    }
    return this.#fetchMissing(outputs)
  }

  #head({ epoch, seq, previous }: InputOf<'head'>): LogOutput[] {
    const { place, status } = this
    const outputs: LogOutput[] = []
    const isNext = status === 'joined' && place && epoch !== place.epoch && previous?.epoch === place.epoch
    if (isNext && seenIn(place) <= previous.head) {
      this.#follow(place, epoch)
      this.#forgetFetch()
      outputs.push({ type: 'continued', epoch })
    }
    this.#take(outputs, epoch, seq)
    return this.#fetchMissing(outputs)
  }

  /** Without an entry: the log has at least this `seq`. False for another log than the one that is followed. */
  #take(outputs: LogOutput[], epoch: string, seq: number, entry?: Entry): boolean {
    const { status, place } = this
    if (status === 'away') return true
    if (this.#continued.has(epoch)) return false
    if (status === 'joining' || !place) this.#takeEarly(outputs, epoch, seq, entry)
    else if (epoch !== place.epoch) {
      outputs.push(...lost())
      return false
    } else if (!entry || seq > place.last + 1) this.#hold(epoch, seq, entry)
    else if (seq === place.last + 1) {
      this.#learn(epoch, seq)
      this.#deliver(outputs, place, entry, false)
      this.#deliverHeld(outputs, place)
    }
    return true
  }

  #takeEarly(outputs: LogOutput[], epoch: string, seq: number, entry: Entry | undefined): void {
    const highest = this.#early.get(epoch)
    if (highest === undefined && this.place && this.place.epoch !== epoch) outputs.push({ type: 'distrust' })
    if (highest !== undefined || this.#early.size < MAX_EARLY) this.#early.set(epoch, Math.max(seq, highest ?? 0))
    this.#hold(epoch, seq, entry)
  }

  #page(join: number, page: LogPage): LogOutput[] {
    const { place } = this
    if (join !== this.join || this.status !== 'joined') return []
    this.#isFetching = false
    if (!place || page.epoch !== place.epoch) return lost()
    this.#learn(page.epoch, page.head)
    return this.#apply([], place, page)
  }

  /** A page that brings nothing is asked for again later; the answer to a join, which may lack entries, at once. */
  #apply(outputs: LogOutput[], place: Place, { first, entries }: LogPage, isJoin = false): LogOutput[] {
    if (first > place.last + 1) {
      outputs.push({ type: 'gap', gap: { from: place.last + 1, to: first - 1, reason: 'retention' } })
      place.last = first - 1
      tellLost(outputs, place)
    }
    const { last } = place
    for (const entry of entries) if (entry.seq === place.last + 1) this.#deliver(outputs, place, entry, true)
    return this.#proceed(outputs, !isJoin && last === place.last)
  }

  /** After the position has moved in another way than by live messages. */
  #proceed(outputs: LogOutput[], isRepeat = false): LogOutput[] {
    const { place } = this
    if (place) {
      this.#held.deleteUpTo(place.last)
      this.#deliverHeld(outputs, place)
    }
    return this.#fetchMissing(outputs, isRepeat)
  }

  /** The position moves first, whatever the listeners do (C14). */
  #deliver(outputs: LogOutput[], place: Place, entry: Entry, replayed: boolean): void {
    place.last = entry.seq
    outputs.push({ type: 'deliver', entry, replayed })
    tellLost(outputs, place)
  }

  /** Delivers held messages whose turn has come. */
  #deliverHeld(outputs: LogOutput[], place: Place): void {
    for (let entry = this.#held.take(place.last + 1); entry; entry = this.#held.take(place.last + 1))
      this.#deliver(outputs, place, entry, false)
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
    if (entry) this.#held.add(entry)
  }

  /** What is known of one epoch says nothing about another. */
  #learn(epoch: string, seq: number): void {
    if (epoch !== this.#epoch) this.#reset(epoch)
    this.#known = Math.max(this.#known, seq)
  }

  #reset(epoch: string | undefined): void {
    this.#epoch = epoch
    this.#held.clear()
    this.#known = 0
  }
}

/** The highest `seq` that the app has got. */
function seenIn({ last, seen }: Place): number {
  return Math.max(last, seen)
}

function tellLost(outputs: LogOutput[], place: Place): void {
  const { lost: gap, last } = place
  if (!gap || last < gap.from - 1) return
  outputs.push({ type: 'gap', gap: { ...gap, reason: 'epoch' } })
  place.lost = undefined
}

function lost(): LogOutput[] {
  return [{ type: 'distrust' }, { type: 'rejoin' }]
}
