import { RoomfulError } from '@roomful/client'
import type { OlderPage, TimelineView } from '../../../src/timeline/timeline.ts'
import { isSelf, metaOf } from './fake-source.ts'
import { NaiveTimeline } from './naive-timeline.ts'
import { pendingIn, tell, viewOf, type TimelineInput } from './timeline-step.ts'

const LOST = new RoomfulError('STALE', 'nobody knows')
const EVENTS = ['message', 'message', 'message', 'reaction']

interface Logged {
  readonly seq: number
  readonly id: string
  readonly event: string
  readonly from: string
}

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
  'ask',
  'answer',
  'trim',
  'reset',
  'leave',
] as const
export type Action = (typeof actions)[number]

/** A room, its server and our outbox, as one timeline and the naive one hear of them. */
export class TimelineWorld {
  readonly view: TimelineView
  readonly naive: NaiveTimeline
  #log: Logged[] = []
  #first = 1
  #head = 0
  #heard = 0
  /** Ours that are not settled, and where the log has them. */
  #outbox = new Map<string, number | undefined>()
  #sent = 0
  #asked: { readonly page: OlderPage; readonly limit: number; readonly isEarly: boolean } | undefined

  constructor(max: number) {
    this.view = viewOf(max, isSelf)
    this.naive = new NaiveTimeline(max)
  }

  /** What the server holds, and the timeline should show in the end. */
  get held(): number[] {
    return this.#log.filter(({ event, seq }) => event === 'message' && seq >= this.#first).map(({ seq }) => seq)
  }

  do(action: Action, pick: number): void {
    this[action](pick)
  }

  say(pick: number): void {
    this.#append(`log:${this.view.epoch}:${this.#head + 1}`, EVENTS[pick % EVENTS.length] ?? 'message')
  }

  /** More than a chunk holds, in a few of these. */
  crowd(pick: number): void {
    for (let count = 0; count < 30; count += 1) this.say(pick + count)
    this.hearAll()
  }

  /** Somebody else's message bears the id of one of ours, or of our next one. */
  forge(pick: number): void {
    this.#append(`own:${1 + (pick % (this.#sent + 1))}`, 'message', 'eve')
  }

  hear(): void {
    if (this.#first > this.#heard + 1) {
      const gap = { from: this.#heard + 1, to: this.#first - 1, reason: 'retention' } as const
      this.#heard = gap.to
      this.naive.gap(gap.from)
      return this.#step({ type: 'gap', gap })
    }
    const next = this.#log.find(({ seq }) => seq === this.#heard + 1)
    if (!next) return
    this.#heard = next.seq
    if (next.event !== 'message') return
    const meta = metaOf(next.seq, next.id, next.from)
    this.naive.heard(next.seq, next.id, isSelf(meta.from))
    this.#step({ type: 'heard', data: `log ${next.id}`, meta })
  }

  hearAll(): void {
    while (this.#heard < this.#head) this.hear()
  }

  send(): void {
    const id = this.#nextId()
    this.#tell(id, 'queued')
  }

  /** An earlier page's message, which goes before all of ours, is told of after them. */
  adopt(): void {
    const id = `own:${++this.#sent}`
    this.#outbox = new Map([[id, undefined], ...this.#outbox])
    this.#tell(id, 'queued')
  }

  fly(pick: number): void {
    const id = this.#unsettled(pick)
    if (id !== undefined) this.#tell(id, 'sending')
  }

  store(pick: number): void {
    const id = this.#unsettled(pick)
    if (id === undefined || this.#outbox.get(id) !== undefined) return
    this.#append(id, 'message', 'ann')
    this.#outbox.set(id, this.#head)
  }

  acknowledge(pick: number): void {
    const id = this.#unsettled(pick)
    const seq = id === undefined ? undefined : this.#outbox.get(id)
    if (id !== undefined && seq !== undefined) this.#settle(id, 'confirmed', seq)
  }

  refuse(pick: number): void {
    const id = this.#unsettled(pick)
    if (id !== undefined && this.#outbox.get(id) === undefined) this.#settle(id, 'rejected')
  }

  lose(pick: number): void {
    const id = this.#unsettled(pick)
    if (id !== undefined) this.#settle(id, 'unknown')
  }

  retry(pick: number): void {
    const failed = this.naive.pending.filter(({ state }) => state === 'rejected' || state === 'unknown')
    const entry = failed[pick % failed.length]
    if (!entry) return
    const key = this.#keyOf(entry.id)
    const id = this.#nextId()
    this.naive.retried(entry, id)
    this.#step({ type: 'retried', key, id, now: 1 })
  }

  discard(pick: number): void {
    const entry = this.naive.pending[pick % this.naive.pending.length]
    if (!entry?.id) return
    this.#outbox.delete(entry.id)
    const key = this.#keyOf(entry.id)
    this.naive.discarded(entry)
    this.#step({ type: 'discarded', key })
  }

  ask(pick: number): void {
    if (this.#asked) return
    const { oldest: before, epoch } = this.view
    const limit = 1 + (pick % 5)
    const page = { event: 'message', before, epoch, page: this.#pageBefore(before, limit) }
    this.#asked = { page, limit, isEarly: pick % 2 === 0 }
  }

  answer(): void {
    const asked = this.#asked
    if (!asked) return
    this.#asked = undefined
    const isOld = asked.page.epoch !== this.view.epoch
    const page = isOld || asked.isEarly ? asked.page.page : this.#pageBefore(asked.page.before, asked.limit)
    if (!isOld)
      for (const { event, meta } of page.messages)
        if (event === 'message') this.naive.heard(meta.seq ?? 0, meta.id ?? '', isSelf(meta.from))
    this.#step({ ...asked.page, type: 'page', page })
  }

  trim(pick: number): void {
    this.#first = Math.min(this.#first + (pick % 4), this.#head + 1)
  }

  reset(pick: number): void {
    this.#log = []
    this.#head = 0
    this.#first = 1
    for (const id of this.#outbox.keys()) this.#outbox.set(id, undefined)
    this.naive.begunAnew(true)
    this.#step({ type: 'gap', gap: { from: undefined, to: pick % 4, reason: 'epoch' } })
    for (let count = pick % 4; count > 0; count -= 1) this.say(count)
    this.#heard = this.#head
  }

  leave(): void {
    this.#heard = this.#head
    this.naive.begunAnew(false)
    this.#step({ type: 'entered' })
  }

  #append(id: string, event: string, from = 'bob'): void {
    this.#log.push({ seq: ++this.#head, id, event, from })
  }

  #nextId(): string {
    const id = `own:${++this.#sent}`
    this.#outbox.set(id, undefined)
    return id
  }

  #unsettled(pick: number): string | undefined {
    return [...this.#outbox.keys()][pick % this.#outbox.size]
  }

  #settle(id: string, state: 'confirmed' | 'rejected' | 'unknown', seq?: number): void {
    this.#outbox.delete(id)
    this.#tell(id, state, seq)
  }

  #tell(id: string, state: 'queued' | 'sending' | 'confirmed' | 'rejected' | 'unknown', seq?: number): void {
    this.naive.outgoing(id, state, seq, [...this.#outbox.keys()])
    const isFailed = state === 'rejected' || state === 'unknown'
    const ends = { ...(seq !== undefined && { seq, at: seq }), ...(isFailed && { error: LOST }) }
    const entry = { id, event: 'message', data: `own ${id}`, state, ...ends }
    const waiting = () => [...this.#outbox.keys()].map((key) => ({ ...entry, id: key }))
    this.#step({ type: 'outgoing', entry, waiting, read: (data) => data, now: 1 })
  }

  #pageBefore(before: number | undefined, limit: number): OlderPage['page'] {
    const older = this.#log.filter(({ seq }) => seq >= this.#first && seq < (before ?? Infinity))
    const page = older.slice(-limit)
    return {
      more: page.length < older.length,
      messages: page.map(({ seq, id, event, from }) => ({ event, data: `log ${id}`, meta: metaOf(seq, id, from) })),
    }
  }

  #keyOf(id: string | undefined): string {
    return pendingIn(this.view).find((own) => own.id === id)?.key ?? ''
  }

  #step(input: TimelineInput): void {
    tell(this.view, input)
  }
}
