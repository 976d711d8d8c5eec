import { isObject } from '@roomful/contract/protocol'
import type { HistoryMessage, MessageMeta } from '../rooms/room.ts'
import type { OutgoingMessage } from '../rooms/rooms-protocol.ts'
import { ChunkedList } from './chunked-list.ts'
import { isUnsettled, type TimelineEntry, type TimelineMessage } from './timeline-entry.ts'
import type { TimelineSource } from './timeline-source.ts'

/** The data of a message after an amendment. */
export type Reducer = (entry: TimelineMessage, data: unknown, meta: MessageMeta) => unknown

interface Amendment {
  readonly event: string
  readonly data: unknown
  readonly meta: MessageMeta
}

/** An own amendment that has not come from the log yet. `seq`: it is confirmed. */
interface PendingAmendment extends Amendment {
  readonly target: { readonly epoch: unknown; readonly seq: number }
  readonly slot: string
  readonly seq: number | undefined
}

type Amendments = readonly [Amendment, ...Amendment[]]

/** So many replaced amendments of a slot are kept, for the case that the log loses the newer ones. */
const KEPT_PER_SLOT = 8

/**
 * Applies amendments to the messages of a timeline: of each event, user and key the newest (S29), in the order of the log; then own
 * ones that are on their way, in the order of sending. SPEC.md, rules TL. It has no room, store or clock.
 */
export class AmendmentFold {
  readonly #reducers: Readonly<Record<string, Reducer>>
  readonly #source: TimelineSource
  /** By target and slot, oldest first. */
  readonly #logged = new Map<number, Map<string, Amendments>>()
  readonly #pending = new Map<string, PendingAmendment>()
  /** Own amendments in the outbox that do not count: the log has them, or has lost their targets. */
  readonly #ignored = new Set<string>()
  /** The places of messages that may look different now. */
  readonly #changed = new Set<number>()
  #entries = new WeakMap<TimelineMessage, TimelineMessage>()
  #chunks = new WeakMap<readonly TimelineEntry[], readonly TimelineEntry[]>()
  #shown: ChunkedList<TimelineEntry> = new ChunkedList()
  #epoch: string | undefined

  constructor(reducers: Readonly<Record<string, Reducer>>, source: TimelineSource) {
    this.#reducers = reducers
    this.#source = source
  }

  get events(): readonly string[] {
    return Object.keys(this.#reducers)
  }

  /** How many messages have amendments. */
  get size(): number {
    return this.#logged.size
  }

  /** An amendment of the log; it is kept if `isKept` says so of its target. */
  receive({ event, data, meta }: HistoryMessage, isKept: (seq: number) => boolean): void {
    const target = targetOf(data)
    const { id, seq, from } = meta
    if (!target || seq === undefined || !Object.hasOwn(this.#reducers, event)) return
    if (id !== undefined && this.#pending.has(id) && this.#source.isSelf(from) !== false) this.#ignore(id)
    if (!isKept(target.seq)) return
    const slot = this.#slotOf(event, data, from)
    for (const [own, { seq: confirmed = Infinity, ...one }] of this.#pending)
      if (one.slot === slot && one.target.seq === target.seq && confirmed <= seq) this.#pending.delete(own)
    const slots = this.#logged.get(target.seq) ?? new Map<string, Amendments>()
    this.#logged.set(target.seq, slots)
    const others = (slots.get(slot) ?? []).filter((one) => one.meta.seq !== seq)
    const sorted = [...others, { event, data, meta }].sort((a, b) => a.meta.seq! - b.meta.seq!)
    slots.set(slot, sorted.slice(-KEPT_PER_SLOT) as unknown as Amendments)
    this.#changed.add(target.seq)
  }

  /** An own amendment has entered the outbox, or has changed there. */
  outgoing({ id, event, data: given, state, seq, at }: OutgoingMessage, now: number): void {
    const isOver = !isUnsettled({ state })
    if (this.#ignored.has(id)) {
      if (isOver) this.#ignored.delete(id)
      return
    }
    const target = targetOf(given)
    if (!target) return
    this.#changed.add(target.seq)
    if (isOver && seq === undefined) return void this.#pending.delete(id)
    const from = this.#source.self() as never
    const data = this.#source.read(event, given)
    const meta = { id, seq, epoch: undefined, from, at: at ?? this.#pending.get(id)?.meta.at ?? now, replayed: false }
    this.#pending.set(id, { event, data, meta, target, slot: this.#slotOf(event, data, from), seq })
  }

  /** The data of this message is deleted, and its amendments with it. */
  forget(seq: number): void {
    if (this.#logged.delete(seq)) this.#changed.add(seq)
  }

  /** Forgets amendments of all other messages. */
  prune(isKept: (seq: number) => boolean): void {
    for (const seq of this.#logged.keys()) if (!isKept(seq)) this.#logged.delete(seq)
  }

  /** The log has lost everything from this seq on. */
  lose(from: number): void {
    for (const [id, { target }] of this.#pending) if (target.seq >= from) this.#ignore(id)
    for (const [target, slots] of this.#logged) {
      if (target >= from) this.forget(target)
      for (const [slot, amendments] of slots) {
        const kept = amendments.filter(({ meta }) => meta.seq! < from)
        if (kept.length === amendments.length) continue
        this.#changed.add(target)
        if (kept.length > 0) slots.set(slot, kept as unknown as Amendments)
        else slots.delete(slot)
      }
    }
  }

  /** Another log, or another user. */
  reset(): void {
    for (const id of this.#pending.keys()) this.#ignore(id)
    this.#logged.clear()
    this.#entries = new WeakMap()
    this.#chunks = new WeakMap()
  }

  /** The list with amended messages. Chunks without amendments stay the same arrays. */
  applyTo(list: ChunkedList<TimelineEntry>): ChunkedList<TimelineEntry> {
    const epoch = this.#source.epoch()
    if (epoch !== this.#epoch) for (const { target } of this.#pending.values()) this.#changed.add(target.seq)
    this.#epoch = epoch
    const isChanged = (entry: TimelineEntry): boolean =>
      entry.kind === 'message' && entry.seq !== undefined && this.#changed.has(entry.seq)
    const chunks = list.chunks.map((chunk) => {
      const known = this.#chunks.get(chunk)
      if (known && !(this.#changed.size > 0 && chunk.some(isChanged))) return known
      const amended = chunk.map((entry) => this.#amended(entry))
      const isSame = (entries: readonly TimelineEntry[]): boolean => amended.every((entry, n) => entry === entries[n])
      const shown = isSame(chunk) ? chunk : known && isSame(known) ? known : amended
      this.#chunks.set(chunk, shown)
      return shown
    })
    this.#changed.clear()
    const before = this.#shown.chunks
    if (chunks.length !== before.length || chunks.some((chunk, n) => chunk !== before[n]))
      this.#shown = new ChunkedList(chunks, list.length)
    return this.#shown
  }

  #amended(entry: TimelineEntry): TimelineEntry {
    if (entry.kind === 'gap' || entry.isRedacted || entry.seq === undefined) return entry
    const { seq } = entry
    const known = this.#entries.get(entry)
    if (known && !this.#changed.has(seq)) return known
    const amendments = this.#of(seq)
    this.#entries.delete(entry)
    if (amendments.length === 0) return entry
    let shown: TimelineMessage = entry
    for (const { event, data, meta } of amendments) {
      try {
        shown = { ...shown, data: this.#reducers[event]!(shown, data, meta), isRedacted: false }
      } catch (error) {
        this.#source.report(error, `amend ${event}`)
      }
    }
    this.#entries.set(entry, shown)
    return shown
  }

  /** What counts for the message at this place, in the order in which it is applied. */
  #of(seq: number): readonly Amendment[] {
    const newest = new Map<string, Amendment>()
    for (const [slot, amendments] of this.#logged.get(seq) ?? []) newest.set(slot, amendments.at(-1)!)
    const logged = new Map([...newest].sort(([, a], [, b]) => a.meta.seq! - b.meta.seq!))
    for (const { target, slot, ...pending } of this.#pending.values()) {
      if (target.seq !== seq || !this.#isOfLog(target.epoch)) continue
      logged.delete(slot) // it goes to the end
      logged.set(slot, pending)
    }
    return [...logged.values()]
  }

  #isOfLog(epoch: unknown): boolean {
    return epoch === this.#source.epoch() || (typeof epoch === 'string' && this.#source.isContinued(epoch))
  }

  #ignore(id: string): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#pending.delete(id)
    this.#changed.add(pending.target.seq)
    if (pending.seq === undefined) this.#ignored.add(id)
  }

  /** As the server's: of one message, one user, event and key. */
  #slotOf(event: string, data: unknown, from: unknown): string {
    const key = this.#source.keyOf(event)
    const user = isObject(from) && from['id'] !== undefined ? from['id'] : (from ?? null)
    return JSON.stringify([event, user, (key !== undefined && isObject(data) && data[key]) ?? null])
  }
}

function targetOf(data: unknown): PendingAmendment['target'] | undefined {
  const target = isObject(data) ? data['target'] : undefined
  const { epoch, seq } = isObject(target) ? target : {}
  return typeof seq === 'number' ? { epoch, seq } : undefined
}
