import type { Gap } from '../rooms/room.ts'
import type { ChunkedList } from './chunked-list.ts'
import { isUnsettled, type TimelineEntry, type TimelineGap, type TimelineMessage } from './timeline-entry.ts'
import { OwnMessages } from './own-messages.ts'
import { firstSeq, lastSeq, type OwnMessage, TimelineList } from './timeline-list.ts'
import type { HistoryMessages } from '../rooms/room.ts'
import type { TimelineSource } from './timeline-source.ts'

type LogMessage = Pick<HistoryMessages['messages'][number], 'data' | 'meta'>

export type PageKind = 'older' | 'newer' | 'latest'

const UNKNOWN_GAP: Gap = { reason: 'unsupported', from: undefined, to: undefined }

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
  /** Set while older messages are loaded: a full window then drops its newest entries. */
  isLoadingOlder = false
  /** Pages that were asked for in an earlier generation are of no use. */
  generation = 0
  readonly own: OwnMessages
  readonly #list = new TimelineList()
  readonly #max: number
  readonly #newKey: () => string
  #epoch: string | undefined
  /** The highest seq that the log is known to have. */
  #head = 0

  constructor(max: number, isSelf: TimelineSource['isSelf'], newKey: () => string) {
    this.#max = max
    this.#newKey = newKey
    this.own = new OwnMessages(this.#list, isSelf, newKey)
  }

  get entries(): ChunkedList<TimelineEntry> {
    return this.#list.entries
  }

  /** Number of entries in the window; own messages that are not in it follow. */
  get windowSize(): number {
    return this.#list.windowSize
  }

  /** A live or replayed message. */
  heard(message: LogMessage, epoch?: string): void {
    const { seq } = message.meta
    this.#follow(epoch)
    if (seq !== undefined) {
      if (seq <= (this.newest ?? 0)) return
      this.#head = Math.max(this.#head, seq)
      if (this.hasNewer) return this.own.stored(message.meta)
    }
    this.#append([this.#logged(message)], seq, seq)
  }

  gap({ from, to, reason }: Gap, epoch?: string): void {
    if (reason === 'epoch') {
      this.reset()
      this.#epoch = epoch
      return this.#append([this.#gap(undefined, undefined, reason)])
    }
    const { newest = 0 } = this
    this.#head = Math.max(this.#head, to ?? 0)
    // A window that is not at the end of the log learns of the gap from its pages.
    if (this.hasNewer || (to !== undefined && to <= newest)) return
    const first = from === undefined ? undefined : Math.max(from, newest + 1)
    this.#append([this.#gap(first, to, reason)], first, to)
  }

  /** As `OwnMessages.outgoing`. */
  outgoing(...args: Parameters<OwnMessages['outgoing']>): void {
    const sent = this.own.outgoing(...args)
    if (sent) this.#append([sent])
    else this.#placeConfirmed()
    this.own.bound(this.#max)
  }

  /** The room is joined again after a leave: live messages do not follow on the window. */
  rejoined(): void {
    this.generation += 1
    if (this.newest !== undefined) {
      this.isBehind ||= !this.hasNewer
      this.hasNewer = true
    } else if (this.windowSize > 0 && this.entries.at(this.windowSize - 1)?.kind === 'message') this.gap(UNKNOWN_GAP)
  }

  /** Another log: only own messages that are not confirmed stay. */
  reset(): void {
    this.#list.drop(0, this.windowSize)
    const rest = this.#list.allOwn().filter(({ state }) => state !== 'confirmed')
    const unplaced = rest.map((own) => (own.seq === undefined ? own : { ...own, seq: undefined }))
    this.#list.splice(0, this.entries.length, ...unplaced)
    this.#forget()
  }

  /** Another user: nothing stays. */
  clear(): void {
    this.#list.splice(0, this.entries.length)
    this.#list.windowSize = 0
    this.#epoch = undefined
    this.#forget()
  }

  /** The server has no history. */
  withoutHistory(): void {
    const { isBehind } = this
    this.isReady = true
    this.hasOlder = this.hasNewer = this.isBehind = false
    if (isBehind) this.gap(UNKNOWN_GAP)
  }

  /** Takes a page. Returns how many messages it adds; undefined where it is of no use and has to be asked for again. */
  page(kind: PageKind, event: string, page: HistoryMessages, generation: number): number | undefined {
    if (generation !== this.generation) return undefined
    this.#follow(page.epoch)
    const isLatest = kind === 'latest'
    if (!isLatest && generation !== this.generation) return undefined
    if (isLatest && this.newest !== undefined && page.oldest > this.newest + 1) {
      this.#list.drop(0, this.windowSize)
      this.oldest = this.newest = undefined
    }
    const { oldest = page.oldest, newest = page.oldest - 1 } = this
    const read = (isWanted: (seq: number) => boolean): TimelineEntry[] =>
      page.messages
        .filter((message) => message.event === event && isWanted(message.meta.seq ?? 0))
        .map((message) => this.#logged(message))
    const older = read((seq) => seq < oldest)
    const newer = read((seq) => seq > newest)
    const added = older.length + newer.length
    if (page.oldest > newest + 1) newer.unshift(this.#gap(newest + 1, page.oldest - 1, 'retention'))
    this.#list.insert(this.#list.markSize, ...older)
    this.oldest = Math.min(oldest, page.oldest)
    if (kind === 'older' || (isLatest && page.oldest <= oldest)) this.hasOlder = page.more
    if (kind === 'older') this.#trim(true)
    else {
      const end = Math.max(newest, page.newest)
      this.#head = Math.max(this.#head, end)
      this.hasNewer = this.#head > end || (!isLatest && page.more)
      this.isBehind &&= this.hasNewer
      this.isReady ||= isLatest
      this.#append(newer, this.oldest, end)
    }
    return added
  }

  /** Begins again where the log is another one than that of the window. */
  #follow(epoch: string | undefined): void {
    if (epoch === undefined) return
    const isOther = this.#epoch !== undefined && this.#epoch !== epoch && this.newest !== undefined
    if (isOther) this.gap({ reason: 'epoch', from: undefined, to: undefined })
    this.#epoch = epoch
  }

  /** The entry of a message of the log. An own message moves there and keeps its key; only the outbox confirms it. */
  #logged({ data, meta }: LogMessage): TimelineMessage {
    const { id, seq, from, at } = meta
    const own = this.own.of(meta)
    if (own) this.#list.splice(own.index, 1)
    const key = own?.item.key ?? this.#newKey()
    const state = own && isUnsettled(own.item) ? own.item.state : 'confirmed'
    const isOwn = own !== undefined || this.own.isSelf(from) === true
    return { kind: 'message', key, id, seq, data, from, isOwn, at, state, error: undefined }
  }

  #gap(from: number | undefined, to: number | undefined, reason: Gap['reason']): TimelineGap {
    return { kind: 'gap', key: this.#newKey(), reason, from, to }
  }

  /** Extends the window at its end: from now on it ends at `to`. */
  #append(entries: readonly TimelineEntry[], from?: number, to?: number): void {
    this.#list.insert(this.windowSize, ...entries)
    if (to !== undefined) {
      this.oldest ??= from
      this.newest = to
    }
    this.#placeConfirmed()
    this.#trim(this.isLoadingOlder)
  }

  /** Own messages are confirmed that the window should have and has not: they were in a gap, or could not be read. */
  #placeConfirmed(): void {
    const { oldest = 0, newest = 0 } = this
    const isPassed = ({ state, seq = Infinity }: OwnMessage): boolean => state === 'confirmed' && seq <= newest
    for (let own = this.#list.own(isPassed); own; own = this.#list.own(isPassed)) {
      const { given: _, seq = 0, ...message } = own.item
      this.#list.splice(own.index, 1)
      if (seq >= oldest) this.#list.insertBySeq({ ...message, seq }) // others are before the window
    }
  }

  /** Keeps at most `max` entries in the window. */
  #trim(dropsNewest: boolean): void {
    const size = this.#max + (dropsNewest ? this.#list.markSize : 0)
    const excess = this.windowSize - size
    if (excess <= 0) return
    this.#list.drop(dropsNewest ? size : 0, excess)
    if (dropsNewest) {
      this.newest = lastSeq(this.entries.at(size - 1)) ?? this.newest
      this.hasNewer = true
    } else if (this.oldest !== undefined) {
      this.oldest = firstSeq(this.entries.at(0)) ?? this.oldest
      this.hasOlder = true
    }
  }

  #forget(): void {
    this.oldest = this.newest = this.hasOlder = undefined
    this.hasNewer = this.isBehind = this.isReady = false
    this.#head = 0
    this.generation += 1
  }
}
