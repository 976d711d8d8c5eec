import { RoomfulError } from '@roomful/contract'
import type { OutgoingMessage } from '../rooms/rooms-protocol.ts'
import type { MessageMeta } from '../rooms/room.ts'
import { ChunkedList, type Found } from './chunked-list.ts'
import { isUnsettled, type TimelineEntry, type TimelineMessage } from './timeline-entry.ts'
import type { TimelineSource } from './timeline-source.ts'

/** An own message of this client's outbox; `given` is what the app sent. Others of the user's messages have none. */
export type OwnMessage = TimelineMessage & { readonly given: unknown }

/** So many amendments and redactions wait for a page. */
export const MAX_WAITING = 10_000
const LOST = 'the server had confirmed this message, and its log has lost it'
const CONFIRMED = { state: 'confirmed', error: undefined } as const

/**
 * The entries of a timeline: a window of the log, then own messages that are not in it. The outbox gives the state of own
 * messages, the log their place.
 */
export class TimelineList {
  entries: ChunkedList<TimelineEntry> = new ChunkedList()
  windowSize = 0
  readonly isSelf: TimelineSource['isSelf']
  readonly newKey: () => string

  constructor(isSelf: TimelineSource['isSelf'], newKey: () => string) {
    this.isSelf = isSelf
    this.newKey = newKey
  }

  /** 1 where the window begins with the mark of another log: older pages go behind it. */
  get markSize(): number {
    const first = this.entries.at(0)
    return first?.kind === 'gap' && first.reason === 'epoch' && first.from === undefined ? 1 : 0
  }

  /** Puts entries into the window. */
  insert(index: number, entries: readonly TimelineEntry[]): void {
    this.splice(index, 0, ...entries)
    this.windowSize += entries.length
  }

  /** Takes entries out of the window. Messages that the outbox still has stay, as own messages behind the window. */
  drop(index: number, count: number): void {
    this.#takeOut(index, count, (entry) => (isUnsettled(entry) ? { ...entry, given: givenIn(entry) } : undefined))
  }

  /**
   * The log has lost all messages from this seq on. Those of the window go; own ones of this client stay behind the window:
   * the confirmed ones have failed.
   */
  lose(from: number): void {
    const lost = (entry: TimelineMessage): OwnMessage | undefined => {
      const isWaiting = isUnsettled(entry)
      if (!isWaiting && !('given' in entry)) return undefined
      const end = isWaiting ? {} : ({ state: 'rejected', error: new RoomfulError('LOST', LOST) } as const)
      return { ...entry, ...end, from: undefined, seq: undefined, epoch: undefined, given: givenIn(entry) }
    }
    const own = this.allOwn().map((entry) => ((entry.seq ?? 0) < from ? entry : lost(entry)!))
    this.splice(this.windowSize, own.length, ...own)
    let size = this.windowSize
    for (let n = size - 1; n >= 0; n -= 1) {
      const seq = seqOf(this.entries.at(n), 'to')
      if (seq !== undefined && seq < from) break
      if (seq !== undefined) size = n
    }
    const first = this.entries.at(size)
    if (size < this.windowSize && first?.kind === 'gap' && (first.from ?? from) < from)
      this.splice(size++, 1, { ...first, to: from - 1 })
    this.#takeOut(size, this.windowSize - size, lost)
  }

  /** Takes entries out of the window; messages for which `ownOf` gives an own message are put behind it. */
  #takeOut(index: number, count: number, ownOf: (entry: TimelineMessage) => OwnMessage | undefined): void {
    const own: OwnMessage[] = []
    for (let n = index; n < index + count; n += 1) {
      const entry = this.entries.at(n)
      const kept = entry?.kind === 'message' && ownOf(entry)
      if (kept) own.push(kept)
    }
    this.splice(index, count)
    this.windowSize -= count
    this.splice(this.windowSize, 0, ...own)
  }

  /** Changes entries without moving the end of the window. */
  splice(index: number, removed: number, ...entries: readonly (TimelineEntry | OwnMessage)[]): void {
    if (removed > 0 || entries.length > 0) this.entries = this.entries.spliced(index, removed, ...entries)
  }

  /** The last own message behind the window that passes the test. */
  own(test: (own: OwnMessage) => boolean): Found<OwnMessage> | undefined {
    return this.entries.findLast((entry) => test(entry as OwnMessage), this.windowSize) as Found<OwnMessage> | undefined
  }

  /** The own message that a message of the log is. Another user can give a message the same id: the sender has to be the user (C16). */
  ownOf({ id, from, seq }: MessageMeta): Found<OwnMessage> | undefined {
    const isIt = (own: OwnMessage): boolean => own.id === id && (own.seq ?? seq) === seq
    return this.isSelf(from) === false ? undefined : this.own(isIt)
  }

  /** The own message with this key, unless it is known to be in the log. */
  withKey(key: string): OwnMessage | undefined {
    return this.own((own) => own.key === key && own.state !== 'confirmed')?.item
  }

  /** All own messages behind the window. */
  allOwn(): OwnMessage[] {
    const all: OwnMessage[] = []
    this.own((own) => all.push(own) < 0)
    return all.reverse()
  }

  /** Removes an own message, if it is there. */
  remove(own: OwnMessage | undefined): void {
    const found = own && this.own((other) => other === own)
    if (found) this.splice(found.index, 1)
  }

  /**
   * A message has entered the outbox or has changed there; `waiting` gives all that the outbox has, in order. Returns the
   * message where a plain server has taken it: nothing will tell its place in the log.
   */
  outgoing(
    { id, data, state, seq, at, error }: OutgoingMessage,
    epoch: string | undefined,
    waiting: () => readonly OutgoingMessage[],
    read: (data: unknown) => unknown,
    now: number,
  ): TimelineMessage | undefined {
    const isIt = (entry: TimelineEntry): boolean =>
      entry.kind === 'message' && entry.id === id && (entry.isOwn || this.isSelf(entry.from) === undefined)
    const isRefusedGuest = state === 'rejected' && this.isSelf(undefined) === undefined
    const mistaken = (seq !== undefined || isRefusedGuest) && this.#returnPlace(id, seq)
    let found = this.entries.findLast(isIt) as Found<TimelineMessage> | undefined
    if (!found || (mistaken && found.item.seq !== seq)) {
      const place = { seq, epoch: seq === undefined ? seq : epoch }
      const rest = { id, ...place, data: read(data), from: undefined, isOwn: true, at: at ?? now, state, error }
      const item = { kind: 'message', key: mistaken || this.newKey(), isRedacted: false, ...rest, given: data } as const
      found = { item, index: this.#indexOf(id, waiting()) }
      this.splice(found.index, 0, item)
    }
    const { item, index } = found
    const given = item.isRedacted ? undefined : data
    if (index < this.windowSize && state === 'rejected' && item.state === 'unknown') {
      // A plain server refused this message after it was sent: it moves to the end of the list, where it can be retried.
      this.splice(index, 1)
      this.windowSize -= 1
      this.splice(this.entries.length, 0, { ...item, state, error, given: data })
    } else if (index < this.windowSize) {
      const end = isUnsettled({ state }) ? { state } : CONFIRMED
      const next = { ...item, ...(isUnsettled(item) && end), isOwn: true, given }
      const isNews = isUnsettled({ state }) && !('given' in item) // an earlier page sent it, and the log has it already
      if (next.state !== item.state || !item.isOwn || isNews) this.splice(index, 1, next)
    } else if (seq === undefined && (state === 'confirmed' || (state === 'unknown' && !error))) {
      this.splice(index, 1)
      const { given: _, ...message } = item as OwnMessage
      return { ...message, state }
    } else {
      // A message that is known to be in the log was sent, whatever the outbox could learn (TL3).
      const isOpen = item.seq === undefined || isUnsettled({ state }) || isRefusedGuest
      const end = isOpen ? { state, error } : CONFIRMED
      const place = seq === undefined ? {} : { seq, epoch }
      const next = { ...item, ...place, at: at ?? item.at, ...end, given }
      if (next.state !== item.state) this.splice(index, 1, next)
    }
    return undefined
  }

  /** Whether the window had an own message that a plain server sends back so late. It is confirmed where it is. */
  echoed({ id, seq }: MessageMeta): boolean {
    if (id === undefined || seq !== undefined) return false
    const isIt = (entry: TimelineEntry): boolean =>
      entry.kind === 'message' && entry.id === id && entry.isOwn && entry.state === 'unknown'
    const found = this.entries.findLast(isIt) as Found<TimelineMessage> | undefined
    if (!found || found.index >= this.windowSize) return false
    this.splice(found.index, 1, { ...found.item, ...CONFIRMED })
    return true
  }

  /** The log has this message beyond the window: an own one stays where it is, and is known to be stored. */
  stored(meta: MessageMeta): void {
    const own = this.ownOf(meta)
    if (!own) return
    const end = isUnsettled(own.item) ? {} : CONFIRMED
    this.splice(own.index, 1, { ...own.item, ...end, seq: meta.seq, epoch: meta.epoch, at: meta.at })
  }

  /** The data of this message is deleted. Whether the list has it. */
  redact(seq: number): boolean {
    const found = this.entries.findLast((entry) => entry.kind === 'message' && entry.seq === seq)
    if (!found) return false
    const { given: _, ...message } = found.item as OwnMessage
    this.splice(found.index, 1, { ...message, data: undefined, isRedacted: true })
    return true
  }

  /** A failed message was sent as another message, with this id. */
  retried(own: OwnMessage, id: string, now: number): void {
    this.remove(this.withKey(own.key))
    this.splice(this.entries.length, 0, { ...own, id, at: now, state: 'queued', error: undefined })
  }

  /**
   * Confirmed messages go where the window reaches them: it has them, or the log has lost them. Of confirmed and failed
   * messages at most `max` stay behind the window.
   */
  prune(newest: number, max: number): void {
    const settled = this.allOwn().filter((own) => !isUnsettled(own))
    const isGone = ({ state, seq = Infinity }: OwnMessage, n: number): boolean =>
      n < settled.length - max || (state === 'confirmed' && seq <= newest)
    for (const own of settled.filter(isGone)) this.remove(own)
  }

  /**
   * Where the server does not identify users, another guest's message can have taken the place of an own message with the same
   * id. The server's answer shows that: it names another `seq`, or none. The other message then is an entry of its own, and the
   * key of the own message is returned.
   */
  #returnPlace(id: string, seq: number | undefined): string | undefined {
    const isMistaken = (entry: TimelineEntry): boolean =>
      entry.kind === 'message' && entry.id === id && entry.isOwn && entry.seq !== undefined
    const found = this.entries.findLast(isMistaken) as Found<OwnMessage> | undefined
    if (!found || found.index >= this.windowSize || found.item.seq === seq) return undefined
    const { item: own, index } = found
    const { given: _, ...item } = own
    this.splice(index, 1, { ...item, key: this.newKey(), isOwn: this.isSelf(item.from) === true, ...CONFIRMED })
    return item.key
  }

  /** Before the first own message that is sent later: messages of an earlier page go before those of this one. */
  #indexOf(id: string, waiting: readonly OutgoingMessage[]): number {
    const ids = waiting.map((other) => other.id)
    const later = new Set<string | undefined>(ids.slice(ids.indexOf(id) + 1 || ids.length))
    const next = this.allOwn().findIndex((own) => later.has(own.id))
    return next < 0 ? this.entries.length : this.windowSize + next
  }
}

/** The seq of a message; the first or the last seq of a gap. New messages have the numbers of those that the log has lost. */
export function seqOf(entry: TimelineEntry | undefined, end: 'from' | 'to'): number | undefined {
  if (entry?.kind !== 'gap') return entry?.seq
  return entry.reason === 'epoch' && end === 'to' ? entry.from && entry.from - 1 : entry[end]
}

function givenIn(entry: TimelineMessage | OwnMessage): unknown {
  return 'given' in entry ? entry.given : entry.data
}
