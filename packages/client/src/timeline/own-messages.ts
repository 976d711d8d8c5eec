import type { OutgoingMessage } from '../rooms/rooms-protocol.ts'
import type { MessageMeta } from '../rooms/room.ts'
import type { Found } from './chunked-list.ts'
import { isUnsettled, type TimelineEntry, type TimelineMessage } from './timeline-entry.ts'
import type { OwnMessage, TimelineList } from './timeline-list.ts'
import type { TimelineSource } from './timeline-source.ts'

const CONFIRMED = { state: 'confirmed', error: undefined } as const

/** The user's own messages in a timeline. The outbox gives their state, the log their place. */
export class OwnMessages {
  readonly isSelf: TimelineSource['isSelf']
  readonly #list: TimelineList
  readonly #newKey: () => string

  constructor(list: TimelineList, isSelf: TimelineSource['isSelf'], newKey: () => string) {
    this.#list = list
    this.isSelf = isSelf
    this.#newKey = newKey
  }

  /**
   * A message has entered the outbox or has changed there; `waiting` gives all that the outbox has, in order. Returns the
   * message where a plain server has taken it: nothing will tell its place in the log.
   */
  outgoing(
    { id, data, state, seq, at, error }: OutgoingMessage,
    waiting: () => readonly OutgoingMessage[],
    read: (data: unknown) => unknown,
    now: number,
  ): TimelineMessage | undefined {
    let own = this.#list.own((other) => other.id === id)
    if (!own) {
      const logged = this.#list.entries.findLast((entry) => this.#isOwn(entry, id))
      if (logged) return this.#settleInWindow(logged as Found<TimelineMessage>, state)
      const rest = { id, seq: undefined, data: read(data), from: undefined, isOwn: true, at: now, state, error }
      own = {
        item: { kind: 'message', key: this.#newKey(), ...rest, given: data },
        index: this.#indexOf(id, waiting()),
      }
      this.#list.splice(own.index, 0, own.item)
    }
    const { given: _, ...message } = own.item
    if (seq === undefined && (state === 'confirmed' || (state === 'unknown' && !error))) {
      this.#list.splice(own.index, 1)
      return { ...message, state }
    }
    // A message that is known to be in the log was sent, whatever the outbox could learn (TL3).
    const end = message.seq === undefined || isUnsettled({ state }) ? { state, error } : CONFIRMED
    if (end.state === message.state) return undefined
    const place = { seq: seq ?? message.seq, at: at ?? message.at }
    this.#list.splice(own.index, 1, { ...message, ...place, ...end, given: data })
    return undefined
  }

  /** The own message that a message of the log is. Other users can make up the same id: the sender has to be the user (C16). */
  of({ id, from }: MessageMeta): Found<OwnMessage> | undefined {
    return this.isSelf(from) === false ? undefined : this.#list.own((own) => own.id === id)
  }

  /** The own message with this key, unless it is known to be in the log. */
  withKey(key: string): Found<OwnMessage> | undefined {
    return this.#list.own((own) => own.key === key && own.state !== 'confirmed')
  }

  /** The log has this message beyond the window: an own one stays where it is, and is known to be stored. */
  stored(meta: MessageMeta): void {
    const own = this.of(meta)
    if (!own) return
    const end = isUnsettled(own.item) ? {} : CONFIRMED
    this.#list.splice(own.index, 1, { ...own.item, ...end, seq: meta.seq, at: meta.at })
  }

  discarded(key: string): void {
    const own = this.withKey(key)
    if (own) this.#list.splice(own.index, 1)
  }

  /** A failed message was sent as another message, with this id. */
  retried(key: string, id: string, now: number): void {
    const own = this.withKey(key)
    if (!own) return
    this.#list.splice(own.index, 1)
    const again = { ...own.item, id, at: now, state: 'queued', error: undefined } as const
    this.#list.splice(this.#list.entries.length, 0, again)
  }

  /** Of own messages that have failed or are confirmed, at most `max` stay behind the window. */
  bound(max: number): void {
    if (this.#list.ownSize <= max) return
    const settled = this.#list.allOwn().filter((own) => !isUnsettled(own))
    const first = this.#list.own((own) => own === settled[0])
    if (first && settled.length > max) this.#list.splice(first.index, 1)
  }

  #isOwn(entry: TimelineEntry, id: string): boolean {
    return entry.kind === 'message' && entry.id === id && (entry.isOwn || this.isSelf(entry.from) === undefined)
  }

  #settleInWindow({ item, index }: Found<TimelineMessage>, told: OutgoingMessage['state']): undefined {
    const end = isUnsettled({ state: told }) ? told : 'confirmed'
    const state = isUnsettled(item) ? end : item.state
    if (state !== item.state || !item.isOwn) this.#list.splice(index, 1, { ...item, state, isOwn: true })
  }

  /** Before the first own message that is sent later: messages of an earlier page go before those of this one. */
  #indexOf(id: string, waiting: readonly OutgoingMessage[]): number {
    const ids = waiting.map((other) => other.id)
    const later = new Set<string | undefined>(ids.slice(ids.indexOf(id) + 1 || ids.length))
    const next = this.#list.allOwn().findIndex((own) => later.has(own.id))
    return next < 0 ? this.#list.entries.length : this.#list.windowSize + next
  }
}
