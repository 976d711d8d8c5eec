import { RoomfulError } from '@roomful/client'
import type { OutgoingMessage } from '../../../src/rooms/rooms-protocol.ts'
import type { HistoryMessages } from '../../../src/rooms/room.ts'
import type { PageKind, TimelineView } from '../../../src/timeline/timeline-view.ts'
import { isSelf, metaOf } from './fake-source.ts'
import { ownBehind, tell, type TimelineInput, viewOf } from './timeline-step.ts'

const LOST = new RoomfulError('STALE', 'unknown outcome')
const EVENTS = ['message', 'message', 'message', 'reaction']

interface Logged {
  readonly seq: number
  readonly id: string
  readonly event: string
  readonly from: string
  /** The number of the epoch in which it was stored; later ones can continue it. */
  readonly origin: number
}

interface Request {
  readonly kind: PageKind
  readonly from: number | undefined
  readonly limit: number
  readonly generation: number
  readonly epoch: number
  /** The answer of a server that was quick; otherwise it answers when the client gets it. */
  readonly early: HistoryMessages | undefined
}

export const dataOf = ({ origin, seq }: Logged): string => `${origin}:${seq}`
export const messagesIn = ({ entries }: TimelineView) =>
  [...entries].flatMap((entry) => (entry.kind === 'message' ? [entry] : []))

/** What can happen, each with one number to choose by. */
export const actions = [
  'say',
  'crowd',
  'forge',
  'hear',
  'hearAll',
  'send',
  'adopt',
  'fly',
  'store',
  'acknowledge',
  'refuse',
  'lose',
  'retry',
  'discard',
  'askOlder',
  'askNewer',
  'askLatest',
  'answer',
  'trim',
  'reset',
  'goOn',
  'failOver',
  'leave',
  'resetWhileLeft',
  'join',
] as const
export type Action = (typeof actions)[number]

/** A room, its server and an outbox, with one timeline over them. */
export class TimelineWorld {
  readonly view: TimelineView
  /** Everything that each log has had, by epoch. */
  readonly logs: Logged[][] = [[]]
  /** The epochs that the log of the view continues. */
  readonly #continued = new Set<string>()
  /** The oldest seq that the server still has. */
  first = 1
  isJoined = true
  /** Own messages in the outbox, and their seq where the log has them. */
  readonly outbox = new Map<string, number | undefined>()
  /** Own messages that failed, are not in the log, and were neither retried nor discarded. */
  readonly failed = new Set<string>()
  /** Live messages that the timeline neither shows nor leaves to `loadNewer`. */
  readonly lost: number[] = []
  readonly #max: number
  #heard = 0
  #seen = 0
  #sent = 0
  #request: Request | undefined

  constructor(max: number) {
    this.#max = max
    this.view = viewOf(max, isSelf, (epoch) => this.#continued.has(epoch))
  }

  get epoch(): number {
    return this.logs.length - 1
  }

  get log(): Logged[] {
    return this.logs[this.epoch] ?? []
  }

  get #head(): number {
    return this.log.length
  }

  /** Messages that the server still has, by seq. */
  get held(): number[] {
    return this.log.filter(({ event, seq }) => event === 'message' && seq >= this.first).map(({ seq }) => seq)
  }

  do(action: Action, pick: number): void {
    this[action](pick)
  }

  say(pick: number): void {
    this.#store(`log:${this.epoch}:${this.#head + 1}`, EVENTS[pick % EVENTS.length] ?? 'message', 'bob')
  }

  /** A few of these are more than a chunk holds. */
  crowd(pick: number): void {
    for (let count = 0; count < 30; count += 1) this.say(pick + count)
    this.hearAll()
  }

  /** A message of another user with the id of an own message, or of the next one. */
  forge(pick: number): void {
    this.#store(`own:${1 + (pick % (this.#sent + 1))}`, 'message', 'eve')
  }

  hear(): void {
    if (!this.isJoined) return
    if (this.first > this.#heard + 1) {
      const gap = { from: this.#heard + 1, to: this.first - 1, reason: 'retention' } as const
      this.#heard = gap.to
      return this.#tell({ type: 'gap', gap, epoch: String(this.epoch) })
    }
    const next = this.log[this.#heard]
    if (!next) return
    this.#heard = next.seq
    if (next.event !== 'message') return
    this.#tell({ type: 'heard', ...this.#read(next), epoch: String(this.epoch) })
    if (!this.view.hasNewer && (this.view.newest ?? 0) < next.seq) this.lost.push(next.seq)
  }

  hearAll(): void {
    while (this.isJoined && this.#heard < this.#head) this.hear()
  }

  send(): void {
    this.#outgoing(this.#newId(), 'queued')
  }

  /** An earlier page's message, which goes before all others, is reported after them. */
  adopt(): void {
    const id = `own:${++this.#sent}`
    const others = [...this.outbox]
    this.outbox.clear()
    for (const [other, seq] of [[id, undefined] as const, ...others]) this.outbox.set(other, seq)
    this.#outgoing(id, 'queued')
  }

  fly(pick: number): void {
    const id = this.#unsettled(pick)
    if (id !== undefined) this.#outgoing(id, 'sending')
  }

  store(pick: number): void {
    const id = this.#unsettled(pick)
    if (id === undefined || this.outbox.get(id) !== undefined) return
    this.#store(id, 'message', 'ann')
    this.outbox.set(id, this.#head)
  }

  acknowledge(pick: number): void {
    const id = this.#unsettled(pick)
    const seq = id === undefined ? undefined : this.outbox.get(id)
    if (id !== undefined && seq !== undefined) this.#settle(id, 'confirmed', seq)
  }

  refuse(pick: number): void {
    const id = this.#unsettled(pick)
    if (id === undefined || this.outbox.get(id) !== undefined) return
    this.failed.add(id)
    this.#settle(id, 'rejected')
  }

  lose(pick: number): void {
    const id = this.#unsettled(pick)
    if (id === undefined) return
    if (this.outbox.get(id) === undefined) this.failed.add(id)
    this.#settle(id, 'unknown')
  }

  retry(pick: number): void {
    const failed = ownBehind(this.view).filter(({ state }) => state === 'rejected' || state === 'unknown')
    const own = failed[pick % failed.length]
    if (!own) return
    this.failed.delete(own.id ?? '')
    this.#tell({ type: 'retried', key: own.key, id: this.#newId() })
  }

  discard(pick: number): void {
    const own = ownBehind(this.view).filter(({ state }) => state !== 'confirmed')
    const chosen = own[pick % own.length]
    if (!chosen) return
    this.failed.delete(chosen.id ?? '')
    this.outbox.delete(chosen.id ?? '')
    this.#tell({ type: 'discarded', key: chosen.key })
  }

  askOlder(pick: number): void {
    this.#ask('older', pick)
  }

  askNewer(pick: number): void {
    if (this.view.hasNewer) this.#ask('newer', pick)
  }

  askLatest(pick: number): void {
    this.#ask('latest', pick)
  }

  answer(): void {
    const request = this.#request
    this.#request = undefined
    if (!request) return
    const { kind, epoch, early, generation } = request
    // A server refuses to read another log than the one that was asked for.
    const page = early ?? (epoch === this.epoch ? this.#page(request) : undefined)
    if (page && epoch === this.epoch) this.#seen = Math.max(this.#seen, page.messages.at(-1)?.meta.seq ?? 0)
    if (page) this.#tell({ type: 'page', kind, page, generation })
    this.#tell({ type: 'loadingOlder', isLoading: false })
  }

  trim(pick: number): void {
    this.first = Math.min(this.first + (pick % 4), this.#head + 1)
  }

  reset(pick: number): void {
    if (!this.isJoined) return
    this.#newLog()
    this.#tell({ type: 'gap', gap: { from: undefined, to: 0, reason: 'epoch' }, epoch: String(this.epoch) })
    for (let count = pick % 4; count > 0; count -= 1) this.say(count)
    this.#heard = this.#head
  }

  /** The log goes on in another epoch, with all that the client has seen. */
  goOn(): void {
    if (this.isJoined) this.#continue(Math.max(this.#heard, this.#seen))
  }

  /** The log goes on in another epoch, without its end. */
  failOver(pick: number): void {
    if (this.isJoined) this.#continue(Math.max(0, this.#heard - (pick % 4)))
  }

  leave(): void {
    this.isJoined = false
  }

  resetWhileLeft(pick: number): void {
    if (this.isJoined) return
    this.#newLog()
    for (let count = pick % 9; count > 0; count -= 1) this.say(count)
  }

  join(): void {
    if (this.isJoined) return
    this.isJoined = true
    this.#heard = this.#head
    this.#seen = 0
    this.#continued.clear()
    this.#tell({ type: 'rejoined' })
  }

  #continue(kept: number): void {
    const seen = Math.max(this.#heard, this.#seen)
    this.#continued.add(String(this.epoch))
    this.logs.push(this.log.slice(0, kept))
    this.first = Math.min(this.first, kept + 1)
    for (const [id, seq = 0] of this.outbox) if (seq > kept) this.outbox.set(id, undefined)
    for (const { id = '', isOwn, state, seq = 0 } of messagesIn(this.view))
      if (isOwn && state === 'confirmed' && seq > kept && id.startsWith('own')) this.failed.add(id)
    this.#heard = Math.min(this.#heard, kept)
    this.#seen = Math.min(this.#seen, kept)
    const epoch = String(this.epoch)
    if (seen > kept) this.#tell({ type: 'gap', gap: { from: kept + 1, to: seen, reason: 'epoch' }, epoch })
    else this.view.continueIn(epoch)
  }

  #newLog(): void {
    this.logs.push([])
    this.#continued.clear()
    this.first = 1
    this.#heard = this.#seen = 0
    for (const id of this.outbox.keys()) this.outbox.set(id, undefined)
  }

  #store(id: string, event: string, from: string): void {
    this.log.push({ seq: this.#head + 1, id, event, from, origin: this.epoch })
  }

  #newId(): string {
    const id = `own:${++this.#sent}`
    this.outbox.set(id, undefined)
    return id
  }

  #unsettled(pick: number): string | undefined {
    return [...this.outbox.keys()][pick % this.outbox.size]
  }

  #settle(id: string, state: 'confirmed' | 'rejected' | 'unknown', seq?: number): void {
    this.outbox.delete(id)
    this.#seen = Math.max(this.#seen, seq ?? 0)
    this.#outgoing(id, state, seq)
  }

  #outgoing(id: string, state: OutgoingMessage['state'], seq?: number): void {
    const isFailed = state === 'rejected' || state === 'unknown'
    const ends = { ...(seq !== undefined && { seq, at: seq }), ...(isFailed && { error: LOST }) }
    const entry = { id, event: 'message', data: `own ${id}`, state, ...ends }
    this.#tell({
      type: 'outgoing',
      entry,
      waiting: () => [...this.outbox.keys()].map((key) => ({ ...entry, id: key })),
    })
  }

  #ask(wanted: PageKind, pick: number): void {
    if (this.#request || !this.isJoined) return
    this.view.continueIn(String(this.epoch))
    const { oldest, newest, generation } = this.view
    const kind = oldest === undefined ? 'latest' : wanted
    const from = { older: oldest, newer: newest, latest: undefined }[kind]
    const request = { kind, from, limit: 1 + (pick % Math.min(5, this.#max)), generation, epoch: this.epoch }
    this.#request = { ...request, early: pick % 2 === 0 ? this.#page(request) : undefined }
    this.#tell({ type: 'loadingOlder', isLoading: kind === 'older' })
  }

  #page({ kind, from = 0, limit }: Pick<Request, 'kind' | 'from' | 'limit'>): HistoryMessages {
    const held = this.log.filter(({ seq }) => seq >= this.first)
    const wanted = held.filter(({ seq }) => kind === 'latest' || (kind === 'older' ? seq < from : seq > from))
    const page = kind === 'newer' ? wanted.slice(0, limit) : wanted.slice(-limit)
    return {
      more: page.length < wanted.length,
      epoch: String(this.epoch),
      oldest: page[0]?.seq ?? this.first,
      newest: page.at(-1)?.seq ?? this.#head,
      messages: page.map((logged) => ({ event: logged.event, ...this.#read(logged) })),
      amendments: [],
      redacted: [],
    }
  }

  #read(logged: Logged) {
    const { seq, id, from } = logged
    return { data: dataOf(logged), meta: metaOf(seq, id, from) }
  }

  #tell(input: TimelineInput): void {
    tell(this.view, input)
  }
}
