import type { Gap, HistoryMessage, HistoryMessages } from '../rooms/room.ts'
import type { ChunkedList } from './chunked-list.ts'
import type { AmendmentFold } from './amendment-fold.ts'
import { isUnsettled, type TimelineEntry, type TimelineGap, type TimelineMessage } from './timeline-entry.ts'
import { MAX_WAITING, seqOf, TimelineList } from './timeline-list.ts'
import type { TimelineSource } from './timeline-source.ts'

export type LogMessage = Omit<HistoryMessage, 'event'>

export type PageKind = 'older' | 'newer' | 'latest'

/** What a timeline shows, and which part of the log that is. SPEC.md, rules TL. It has no room, store or clock. */
export class TimelineView {
  /** The window has everything from this seq… */
  oldest: number | undefined
  /** …to this one. */
  newest: number | undefined
  hasOlder: boolean | undefined
  hasNewer = false
  /** Whether the first page is there, or none is wanted. */
  isReady = false
  /** Whether messages were missed between a leave and the next join. */
  isBehind = false
  /** Set while a page is loaded: amendments and redactions of messages that may be in it are kept. */
  isLoading = false
  /** Applies amendments, if the timeline shows them. */
  fold: AmendmentFold | undefined
  /** Messages that may be in the page that is loaded, and whose data was deleted meanwhile. */
  readonly #redacted = new Set<number>()
  /** Set while older messages are loaded: a full window then drops its newest entries. */
  isLoadingOlder = false
  /** Pages that were asked for in an earlier generation are of no use. */
  generation = 0
  readonly list: TimelineList
  readonly #max: number
  readonly #isContinued: TimelineSource['isContinued']
  #epoch: string | undefined
  /** The highest seq that the log is known to have. */
  #head = 0

  constructor(max: number, source: Pick<TimelineSource, 'isSelf' | 'isContinued'>, newKey: () => string) {
    this.#max = max
    this.#isContinued = (epoch) => source.isContinued(epoch)
    this.list = new TimelineList(source.isSelf, newKey)
  }

  /** As they are shown. */
  get entries(): ChunkedList<TimelineEntry> {
    return this.fold?.applyTo(this.list.entries) ?? this.list.entries
  }

  /** Number of entries in the window; own messages that are not in it follow. */
  get windowSize(): number {
    return this.list.windowSize
  }

  /** Live or replayed messages that came together. */
  receive(messages: readonly LogMessage[], epoch?: string): void {
    this.#follow(epoch)
    // A full window may drop the first of them, and is not at the end of the log then.
    if (!this.isLoadingOlder) return this.#receive(messages)
    for (const message of messages) this.#receive([message])
  }

  #receive(messages: readonly LogMessage[]): void {
    const added: TimelineEntry[] = []
    let from: number | undefined
    let to: number | undefined
    for (const message of messages) {
      const { meta } = message
      const { seq } = meta
      if (seq !== undefined) {
        if (seq <= (to ?? this.newest ?? 0)) continue
        this.#head = Math.max(this.#head, seq)
      }
      if (seq !== undefined && this.hasNewer) this.list.stored(meta)
      else if (!this.list.echoed(meta)) {
        added.push(this.#logged(message))
        from ??= seq
        to = seq ?? to
      }
    }
    if (added.length > 0) this.#append(added, from, to)
  }

  /** A live or replayed amendment. */
  amend(amendment: HistoryMessage): void {
    this.fold?.receive(amendment, this.#mayShow)
    if (this.isLoading && (this.fold?.size ?? 0) > this.#max + MAX_WAITING) this.#dropWaiting()
  }

  /** The server has deleted the data of this message. */
  redact(seq: number): void {
    this.fold?.forget(seq)
    if (this.list.redact(seq) || !this.#mayShow(seq)) return
    this.#redacted.add(seq)
    if (this.#redacted.size > MAX_WAITING) this.#dropWaiting()
  }

  gap({ from, to, reason }: Gap, epoch?: string): void {
    if (reason === 'epoch') return from === undefined ? this.#begin(epoch) : this.#lose(from, to, epoch)
    this.#head = Math.max(this.#head, to ?? 0)
    // A window that is not at the end of the log learns of the gap from its pages.
    if (this.hasNewer || (to ?? Infinity) <= (this.newest ?? 0)) return
    this.#append([this.#gap(reason, from, to)], from, to)
  }

  /** Another log begins. */
  #begin(epoch: string | undefined): void {
    this.reset()
    this.#epoch = epoch
    this.#append([this.#gap('epoch')])
  }

  /** The log goes on in another epoch, without the messages from this seq on. */
  #lose(from: number, to: number | undefined, epoch: string | undefined): void {
    this.#follow(epoch)
    this.generation += 1
    const kept = from - 1
    this.#head = Math.min(this.#head, kept)
    this.list.lose(from)
    this.fold?.lose(from)
    // A window that is not at the end of the log may end before all of them.
    if (this.hasNewer && kept > (this.newest ?? 0)) return
    if (this.oldest !== undefined && from < this.oldest) {
      this.oldest = from
      this.hasOlder = undefined
    }
    this.hasNewer = this.isBehind = false
    this.#append([this.#gap('epoch', from, to)], from, kept)
  }

  /** The log has this epoch now. If it goes on in it and has lost nothing, pages of the one before may still have more than it. */
  continueIn(epoch: string | undefined): void {
    if (epoch === undefined || epoch === this.#epoch) return
    if (this.#epoch !== undefined) {
      if (!this.#isContinued(this.#epoch)) return
      this.generation += 1
    }
    this.#epoch = epoch
  }

  /** As `TimelineList.outgoing`. */
  outgoing(...args: Parameters<TimelineList['outgoing']>): void {
    const sent = this.list.outgoing(...args)
    this.#append(sent ? [sent] : [])
  }

  /** The room is joined again after a leave: live messages do not follow on the window. */
  rejoined(): void {
    this.generation += 1
    if (this.newest !== undefined) {
      this.isBehind ||= !this.hasNewer
      this.hasNewer = true
    } else if (this.windowSize > 0 && this.list.entries.at(this.windowSize - 1)?.kind === 'message')
      this.#append([this.#gap('unsupported')])
  }

  /** Another log: only own messages that are not confirmed stay. Another user: nothing stays. */
  reset(isOtherUser = false): void {
    this.list.drop(0, this.windowSize)
    const own = this.list.allOwn().filter(({ state }) => !isOtherUser && state !== 'confirmed')
    this.list.splice(0, this.entries.length, ...own.map((item) => ({ ...item, seq: undefined })))
    this.oldest = this.newest = this.hasOlder = this.#epoch = undefined
    this.hasNewer = this.isBehind = this.isReady = false
    this.#head = 0
    this.generation += 1
    this.fold?.reset()
    this.#redacted.clear()
  }

  /** The server has no history. */
  withoutHistory(): void {
    this.isReady = true
    this.hasOlder = this.hasNewer = this.isBehind = false
  }

  /** Takes a page. Returns how many messages it adds; undefined where it is of no use and has to be asked for again. */
  page(kind: PageKind, event: string, page: HistoryMessages, generation: number): number | undefined {
    if (generation !== this.generation) return undefined
    this.#follow(page.epoch)
    const isLatest = kind === 'latest'
    if (!isLatest && generation !== this.generation) return undefined
    if (isLatest && this.newest !== undefined && page.oldest > this.newest + 1) {
      this.list.drop(0, this.windowSize)
      this.oldest = this.newest = undefined
    }
    this.isReady ||= isLatest
    const { oldest = page.oldest, newest = page.oldest - 1 } = this
    // Live messages have filled the window meanwhile, and the page does not reach it.
    if (isLatest && this.hasOlder && page.newest < oldest - 1) return 0
    const read = (isWanted: (seq: number) => boolean): TimelineEntry[] =>
      page.messages
        .filter((message) => message.event === event && isWanted(message.meta.seq ?? 0))
        .map((message) => this.#logged(message))
    for (const one of page.messages) if (!one.isRedacted) this.fold?.receive(one, () => true)
    for (const one of page.amendments) this.fold?.receive(one, () => true)
    for (const seq of page.redacted) this.redact(seq)
    const older = read((seq) => seq < oldest)
    const newer = read((seq) => seq > newest)
    const added = older.length + newer.length
    if (page.oldest > newest + 1) newer.unshift(this.#gap('retention', newest + 1, page.oldest - 1))
    this.list.insert(this.list.markSize, older)
    this.oldest = kind === 'newer' ? oldest : Math.min(oldest, page.oldest)
    if (kind === 'older' || (isLatest && page.oldest <= oldest)) this.hasOlder = page.more
    if (kind === 'older') this.#trim(true)
    else {
      const end = Math.max(newest, page.newest)
      this.#head = Math.max(this.#head, end)
      this.hasNewer = this.#head > end || (!isLatest && page.more)
      this.isBehind &&= this.hasNewer
      this.#append(newer, this.oldest, end)
    }
    return added
  }

  /** Begins again where the log is another one than that of the window. */
  #follow(epoch: string | undefined): void {
    if (epoch === undefined) return
    this.continueIn(epoch)
    const isOther = this.#epoch !== undefined && this.#epoch !== epoch && this.newest !== undefined
    if (isOther) this.#begin(epoch)
    this.#epoch = epoch
  }

  /** The entry of a message of the log. An own message moves there and keeps its key; only the outbox confirms it. */
  #logged({ data, meta, isRedacted }: LogMessage): TimelineMessage {
    const { id, seq, epoch, from, at } = meta
    const own = this.list.ownOf(meta)
    this.list.remove(own?.item)
    const key = own?.item.key ?? this.list.newKey()
    const state = own && isUnsettled(own.item) ? own.item.state : 'confirmed'
    const isOwn = own !== undefined || this.list.isSelf(from) === true
    const rest = { kind: 'message', key, id, seq, epoch, from, isOwn, at, state, error: undefined } as const
    if (isRedacted || this.#redacted.has(seq ?? 0)) return { ...rest, data: undefined, isRedacted: true }
    return { ...rest, data, isRedacted: false, ...(own && { given: own.item.given }) }
  }

  #gap(reason: Gap['reason'], from?: number, to?: number): TimelineGap {
    return { kind: 'gap', key: this.list.newKey(), reason, from, to }
  }

  /** Extends the window at its end: from now on it ends at `to`. */
  #append(entries: readonly TimelineEntry[], from?: number, to?: number): void {
    this.list.insert(this.windowSize, entries)
    if (to !== undefined) {
      this.oldest ??= from
      this.newest = to
    }
    this.list.prune(this.newest ?? 0, this.#max)
    this.#trim(this.isLoadingOlder)
  }

  /** Keeps at most `max` entries in the window. */
  #trim(dropsNewest: boolean): void {
    const size = this.#max + (dropsNewest ? this.list.markSize : 0)
    const excess = this.windowSize - size
    if (excess <= 0) return
    const start = dropsNewest ? size : 0
    for (let n = start; this.fold && n < start + excess; n += 1)
      this.fold.forget(seqOf(this.list.entries.at(n), 'from') ?? 0)
    this.list.drop(start, excess)
    if (dropsNewest) {
      this.newest = seqOf(this.list.entries.at(size - 1), 'to') ?? this.newest
      this.hasNewer = true
    } else if (this.oldest !== undefined) {
      this.oldest = this.#firstSeq()
      this.hasOlder = true
    }
  }

  /** Whether the timeline has the message at this place, or may get it with the page that is loaded. */
  readonly #mayShow = (seq: number): boolean => this.isLoading || !this.isReady || this.#has(seq)

  readonly #has = (seq: number): boolean =>
    (seq >= (this.oldest ?? Infinity) && seq <= (this.newest ?? 0)) ||
    this.list.own((own) => own.seq === seq) !== undefined

  /** The page that is loaded has come, or is of no use any more. */
  loaded(): void {
    this.isLoading = false
    this.#redacted.clear()
    this.fold?.prune(this.#has)
  }

  /** Too much waits for the page that is loaded: it is asked for again. */
  #dropWaiting(): void {
    this.generation += 1
    this.loaded()
  }

  /** Volatile messages of the event have no seq. Without a message of the log, older ones are all up to the newest. */
  #firstSeq(): number | undefined {
    for (let index = 0; index < this.windowSize; index += 1) {
      const seq = seqOf(this.list.entries.at(index), 'from')
      if (seq !== undefined) return seq
    }
    return this.newest === undefined ? undefined : this.newest + 1
  }
}
