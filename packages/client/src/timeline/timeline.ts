import type { OutgoingEntry } from '../roomful/outbox/outgoing.ts'
import type { Gap } from '../roomful/log.ts'
import { ChunkedList, type Found } from './chunked-list.ts'
import { hasFailed, isOnItsWay, type TimelineEntry, type TimelineMessage } from './timeline-entry.ts'
import { asKnown, isBefore, placeOf } from './timeline-place.ts'
import type { HistoryMessages, TimelineSource } from './timeline-source.ts'

type Heard = Pick<HistoryMessages['messages'][number], 'data' | 'meta'>

/** Our own message that has no place yet; `given` is what to publish again. */
export interface Pending extends TimelineMessage {
  readonly given: unknown
}

/** A page of the log, and what was known when it was asked for. */
export interface OlderPage {
  readonly event: string
  readonly page: HistoryMessages
  readonly epoch: number
  readonly before: number | undefined
}

/** What a timeline shows, and why. SPEC.md, rules TL. Nothing here has a room, a store or a clock. */
export class TimelineView {
  /** Those that have their place, by seq, and those of a plain server in the order of arrival; then our own that have none. */
  entries: ChunkedList<TimelineEntry> = new ChunkedList()
  /** How many have their place. */
  placed = 0
  /** From here on the log is complete; before it stand at most our own that were confirmed, and not heard. */
  oldest: number | undefined
  /** How often it began anew: a page that was asked for before is of no use. */
  epoch = 0
  hasOlder: boolean | undefined
  readonly #max: number
  readonly #newKey: () => string
  isSelf: TimelineSource['isSelf']

  constructor(max: number, isSelf: TimelineSource['isSelf'], newKey: () => string) {
    this.#max = max
    this.isSelf = isSelf
    this.#newKey = newKey
  }

  heard(message: Heard): void {
    const entry = this.#logged(message)
    this.#put(entry)
    this.oldest ??= entry.seq
    this.#bound()
  }

  gap({ from, to, reason }: Gap): void {
    const isNew = reason === 'epoch'
    if (isNew) this.beginAnew()
    // A server that does not replay may be another one by now: whether it has older ones is to be seen.
    if (reason === 'unsupported') this.hasOlder = undefined
    this.#put({ kind: 'gap', key: this.#newKey(), reason, from: isNew ? undefined : from, to: isNew ? undefined : to })
    this.#bound()
  }

  /**
   * The outbox has a new message, or one has changed. `waiting`: all that waits, in the order in which it goes; `data` is
   * what readers get of its data.
   */
  outgoing(
    entry: OutgoingEntry,
    waiting: () => readonly OutgoingEntry[],
    read: (data: unknown) => unknown,
    now: number,
  ): void {
    const { id, data, state, seq, at, error } = entry
    let own = this.#pending((other) => other.id === id)
    if (!own) {
      const placed = this.entries.findLast(
        (other) => other.kind === 'message' && other.id === id && this.#mayBeOurs(other),
      )
      if (placed) return this.#outgoingInLog(placed as Found<TimelineMessage>, state)
      const key = this.#newKey()
      const rest = { id, seq: undefined, data: read(data), from: undefined, isOwn: true, at: now, state, error }
      own = { item: { kind: 'message', key, ...rest, given: data }, index: this.#indexOf(id, waiting()) }
      this.#splice(own.index, 0, own.item)
    }
    const { given: _, ...message } = own.item
    // One that a plain server was handed has its place, too: nothing more will be known of it.
    if (state === 'confirmed' || (state === 'unknown' && !error)) {
      this.#splice(own.index, 1)
      this.#put({ ...message, state, seq, at: at ?? message.at })
    } else if (state !== message.state) this.#splice(own.index, 1, { ...message, state, error, given: data })
    this.#bound()
  }

  /** One that failed is sent as another message, with this id. */
  retried(key: string, id: string, now: number): void {
    const own = this.withKey(key)
    this.discarded(key)
    if (own) this.#splice(this.entries.length, 0, { ...own, id, at: now, state: 'queued', error: undefined })
  }

  /** Our own that has no place yet. */
  withKey(key: string): Pending | undefined {
    return this.#pending((own) => own.key === key)?.item
  }

  discarded(key: string): void {
    const own = this.#pending((other) => other.key === key)
    if (own) this.#splice(own.index, 1)
  }

  /**
   * Another view of the log, or another log: our own that are not settled are on their way into that. Also where the room is
   * entered after it was left: what is heard from now on does not follow on what was heard then.
   */
  beginAnew(): void {
    const unsettled = this.entries
      .toArray()
      .slice(0, this.placed)
      .flatMap((entry) =>
        entry.kind === 'message' && isOnItsWay(entry) ? [{ ...entry, seq: undefined, given: entry.data }] : [],
      )
    this.#splice(0, this.placed, ...unsettled)
    this.placed = 0
    this.oldest = undefined
    this.epoch += 1
    this.hasOlder = undefined
  }

  /** Puts the messages of a page, oldest first, where they belong: what stands behind all of them is not looked at. */
  older({ event, page, before, epoch }: OlderPage): void {
    if (epoch !== this.epoch) return
    const shown = page.messages.filter((message) => message.event === event).map((message) => this.#logged(message))
    const last = shown.at(-1)
    let count = 0
    for (let next = this.#placedAt(0); last && next && isBefore(next, last); next = this.#placedAt(count)) count += 1
    const there = this.entries.toArray().slice(0, count)
    const merged: TimelineEntry[] = []
    for (const entry of shown) {
      let isThere = false
      while (there[0] && isBefore(there[0], entry)) {
        const next = there.shift()!
        const known = asKnown(next, entry)
        merged.push(known ?? next)
        isThere ||= known !== undefined
      }
      if (!isThere) merged.push(entry)
    }
    this.#splice(0, count, ...merged)
    this.placed += merged.length - count
    // Where nothing of a page could be read, the message before the one we know was in it all the same.
    const first = page.messages[0]?.meta.seq ?? (before === undefined ? undefined : before - 1)
    if (first !== undefined) this.oldest = Math.min(this.oldest ?? first, first)
    this.hasOlder = page.more
    this.#bound()
  }

  /**
   * A message that the log has: one of our own keeps its key; that it is confirmed is for the outbox to say. Anyone may
   * make up an id like ours, so its sender must be us, unless the server does not say who that is (C16).
   */
  #logged({ data, meta: { id, seq, from, at } }: Heard): TimelineMessage {
    const isOurs = this.isSelf(from)
    const own = isOurs === false ? undefined : this.#pending((other) => other.id === id)
    if (own) this.#splice(own.index, 1)
    const key = own?.item.key ?? this.#newKey()
    const state = own && isOnItsWay(own.item) ? own.item.state : 'confirmed'
    const isOwn = isOurs === true || own !== undefined
    return { kind: 'message', key, id, seq, data, from, isOwn, at, state, error: undefined }
  }

  /** The log has it: whatever else its end may be, it has happened. */
  #outgoingInLog({ item, index }: Found<TimelineMessage>, told: OutgoingEntry['state']): void {
    const end = isOnItsWay({ state: told }) ? told : 'confirmed'
    const state = isOnItsWay(item) ? end : item.state
    if (state !== item.state || !item.isOwn) this.#splice(index, 1, { ...item, state, isOwn: true })
  }

  #mayBeOurs({ isOwn, from }: TimelineMessage): boolean {
    return isOwn || this.isSelf(from) === undefined
  }

  /** Before the first of ours that goes after it: what an earlier page left goes before what this one has sent. */
  #indexOf(id: string, waiting: readonly OutgoingEntry[]): number {
    const ids = waiting.map((other) => other.id)
    const later = new Set<string | undefined>(ids.slice(ids.indexOf(id) + 1 || ids.length))
    const own = this.entries.toArray().findIndex((other, n) => n >= this.placed && later.has((other as Pending).id))
    return own < 0 ? this.entries.length : own
  }

  #pending(test: (own: Pending) => boolean): Found<Pending> | undefined {
    const isWanted = (entry: TimelineEntry, index: number): boolean => index >= this.placed && test(entry as Pending)
    return this.entries.findLast(isWanted) as Found<Pending> | undefined
  }

  #placedAt(index: number): TimelineEntry | undefined {
    return index < this.placed ? this.entries.at(index) : undefined
  }

  /** Puts an entry where it belongs. What stands there is the same message, heard of before. */
  #put(entry: TimelineEntry): void {
    let index = this.placed
    if (placeOf(entry) !== undefined) {
      // What has no place stays where it arrived: behind what was there.
      const before = this.entries.findLast((other) => placeOf(other) !== undefined && isBefore(other, entry))
      const known = before && asKnown(before.item, entry)
      if (known) return this.#splice(before.index, 1, known)
      index = before ? before.index + 1 : 0
      for (let next = this.#placedAt(index); next && placeOf(next) === undefined; next = this.#placedAt(index))
        index += 1
    }
    this.#splice(index, 0, entry)
    this.placed += 1
  }

  #bound(): void {
    const { placed } = this
    const max = this.#max
    if (placed > max) {
      this.#splice(0, placed - max)
      this.placed = max
      const first = this.entries.at(0)
      // Where nothing has a place, the server keeps no log to load them from.
      if (this.oldest !== undefined) {
        this.oldest = Math.max(this.oldest, Math.ceil((first && placeOf(first)) ?? 0))
        this.hasOlder = true
      }
    }
    if (this.entries.length - this.placed <= max) return
    const failed = this.entries
      .toArray()
      .slice(this.placed)
      .filter((own) => own.kind === 'message' && hasFailed(own))
    if (failed.length > max) this.discarded(failed[0]!.key)
  }

  #splice(index: number, removed: number, ...items: readonly (TimelineEntry | Pending)[]): void {
    if (removed > 0 || items.length > 0) this.entries = this.entries.spliced(index, removed, ...items)
  }
}
