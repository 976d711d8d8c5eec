import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HistoryMessage, HistoryMessages } from '../../src/rooms/room.ts'
import type { OutgoingMessage } from '../../src/rooms/rooms-protocol.ts'
import { AmendmentFold, type Reducer } from '../../src/timeline/amendment-fold.ts'
import type { TimelineMessage } from '../../src/timeline/timeline-entry.ts'
import type { TimelineSource } from '../../src/timeline/timeline-source.ts'
import { TimelineView } from '../../src/timeline/timeline-view.ts'

const EPOCH = 'epoch-1'

/** An entry of the log; an amendment has a target, a redaction its message. */
interface Logged {
  readonly seq: number
  readonly event: 'message' | 'edit' | 'reaction' | '$redact'
  readonly from: string
  readonly id: string
  readonly target: number
  readonly emoji: string
}

/** Reports the amendments that were applied, in their order. */
const reducers: Record<string, Reducer> = {
  edit: ({ data }, _, { id }) => `${String(data)} ${id}`,
  reaction: ({ data }, amendment, { id }) => `${String(data)} ${(amendment as Logged).emoji}${id}`,
}

/** A room with messages, edits, reactions and redactions, and a timeline of it; the user is Ann. */
class World {
  readonly view: TimelineView
  readonly log: Logged[] = []
  /** Own amendments in the outbox, and their `seq` once the log has them. */
  readonly outbox = new Map<string, { readonly entry: OutgoingMessage; seq: number | undefined }>()
  readonly #fold: AmendmentFold
  #heard = 0
  #ids = 0
  /** Amendments were missed, and come with the pages up to the end of the log. */
  #isBehind = false
  #request:
    | { readonly page: HistoryMessages; readonly kind: 'older' | 'newer'; readonly generation: number }
    | undefined

  constructor(max: number) {
    const isSelf = (from: unknown) => (from as { readonly id: string } | undefined)?.id === 'ann'
    const source = {
      isSelf,
      isContinued: () => false,
      epoch: () => EPOCH,
      self: () => ({ id: 'ann' }),
      keyOf: (event: string) => (event === 'reaction' ? 'emoji' : undefined),
      read: (_: string, data: unknown) => data,
      report: (error: unknown) => {
        throw error
      },
    } as Partial<TimelineSource> as TimelineSource
    let keys = 0
    this.view = new TimelineView(max, source, () => String(keys++))
    this.view.isReady = true
    this.#fold = this.view.fold = new AmendmentFold(reducers, source)
  }

  say(): void {
    this.#append('message', 'bob')
  }

  amend(pick: number): void {
    const target = this.#target(pick)
    if (target) this.#append(pick % 3 ? 'reaction' : 'edit', pick % 2 ? 'bob' : 'cem', target, `${pick % 2}`)
  }

  redact(pick: number): void {
    const target = this.#target(pick)
    if (target) this.#append('$redact', '', target)
  }

  /** The user amends a message that is shown. */
  send(pick: number): void {
    const shown = this.messages().filter(({ isRedacted }) => !isRedacted)
    const target = shown[pick % shown.length]?.seq
    if (target === undefined) return
    const id = `own${(this.#ids += 1)}`
    const event = pick % 3 ? 'reaction' : 'edit'
    const data = { target: { epoch: EPOCH, seq: target }, emoji: `${pick % 2}` }
    const entry = { id, event, data, state: 'queued' } as const
    this.outbox.set(id, { entry, seq: undefined })
    this.#tell(entry)
  }

  /** The server stores the first own amendment that it does not have; it refuses those of redacted messages. */
  store(): void {
    const [id, sent] = [...this.outbox].find(([, { seq }]) => seq === undefined) ?? []
    if (id === undefined || sent === undefined) return
    const { event, data } = sent.entry as { event: 'edit'; data: { target: { seq: number }; emoji: string } }
    if (this.#isRedacted(data.target.seq)) this.refuse()
    else sent.seq = this.#append(event, 'ann', data.target.seq, data.emoji, id)
  }

  /** The answer for the first one comes. */
  acknowledge(): void {
    const [id, sent] = [...this.outbox][0] ?? []
    if (id === undefined || sent?.seq === undefined) return
    this.outbox.delete(id)
    this.#tell({ ...sent.entry, state: 'confirmed', seq: sent.seq, at: sent.seq })
  }

  refuse(): void {
    const [id, sent] = [...this.outbox].find(([, { seq }]) => seq === undefined) ?? []
    if (id === undefined || sent === undefined) return
    this.outbox.delete(id)
    this.#tell({ ...sent.entry, state: 'rejected' })
  }

  hear(): void {
    const entry = this.log[this.#heard]
    if (!entry) return
    this.#heard += 1
    if (entry.event === '$redact') this.view.redact(entry.target)
    else if (entry.event === 'message') this.view.receive([this.#read(entry)], EPOCH)
    else if (!this.#isRedacted(entry.target, entry.seq)) this.view.amend(this.#read(entry))
  }

  hearAll(): void {
    while (this.#heard < this.log.length) this.hear()
  }

  askOlder(pick: number): void {
    const { oldest } = this.view
    if (oldest !== undefined) this.#ask('older', (seq) => seq < oldest, pick)
  }

  askNewer(pick: number): void {
    const { newest = 0 } = this.view
    if (this.view.hasNewer) this.#ask('newer', (seq) => seq > newest, pick)
  }

  answer(): void {
    const request = this.#request
    if (!request) return
    this.#request = undefined
    this.view.page(request.kind, 'message', request.page, request.generation)
    this.view.isLoadingOlder = false
    this.view.loaded()
  }

  leave(): void {
    this.answer()
    this.#heard = this.log.length
    this.view.rejoined()
    this.#isBehind = true
  }

  messages(): TimelineMessage[] {
    return [...this.view.entries].flatMap((entry) => (entry.kind === 'message' ? entry : []))
  }

  /** What a message should look like, by the log up to what was heard, and the own amendments on their way. */
  expected(target: number): string | undefined {
    const heard = this.log.slice(0, this.#heard)
    if (heard.some((entry) => entry.event === '$redact' && entry.target === target)) return undefined
    const newest = new Map<string, string>()
    const put = ({ event, from, emoji, id }: Pick<Logged, 'event' | 'from' | 'emoji' | 'id'>): void => {
      const slot = event === 'edit' ? `edit ${from}` : `reaction ${from} ${emoji}`
      newest.delete(slot)
      newest.set(slot, event === 'edit' ? ` ${id}` : ` ${emoji}${id}`)
    }
    for (const entry of heard) if (entry.target === target && entry.event !== '$redact') put(entry)
    for (const [id, { entry, seq }] of this.outbox) {
      const data = entry.data as { target: { seq: number }; emoji: string }
      const isHeard = seq !== undefined && seq <= this.#heard
      if (data.target.seq === target && !isHeard)
        put({ event: entry.event as 'edit', from: 'ann', emoji: data.emoji, id })
    }
    return [`message ${target}`, ...newest.values()].join('')
  }

  get isSettled(): boolean {
    this.#isBehind &&= this.view.hasNewer
    return this.#request === undefined && this.#heard === this.log.length && !this.#isBehind
  }

  #append(event: Logged['event'], from: string, target = 0, emoji = '', id = `${this.log.length + 1}`): number {
    return this.log.push({ seq: this.log.length + 1, event, from, target, emoji, id })
  }

  #target(pick: number): number | undefined {
    const messages = this.log.filter(({ event, seq }) => event === 'message' && !this.#isRedacted(seq))
    return messages[pick % messages.length]?.seq
  }

  #isRedacted(target: number, before = Infinity): boolean {
    return this.log.some((entry) => entry.event === '$redact' && entry.target === target && entry.seq < before)
  }

  #tell(entry: OutgoingMessage): void {
    this.#fold.outgoing(entry, 7)
  }

  #read({ seq, event, from, target, id, emoji }: Logged): HistoryMessage {
    const meta = { id, seq, epoch: EPOCH, from: { id: from } as never, at: seq, replayed: false }
    const data = event === 'message' ? `message ${seq}` : { target: { epoch: EPOCH, seq: target }, emoji }
    const isRedacted = this.#isRedacted(event === 'message' ? seq : target)
    return isRedacted ? { event, data: undefined, meta, isRedacted } : { event, data, meta }
  }

  /** The server reads the page at once; the answer may come later. */
  #ask(kind: 'older' | 'newer', isWanted: (seq: number) => boolean, pick: number): void {
    if (this.#request) return
    const wanted = this.log.filter(({ seq }) => isWanted(seq))
    const limit = (pick % 5) + 1
    const entries = kind === 'older' ? wanted.slice(-limit) : wanted.slice(0, limit)
    const seqs = new Set(entries.map(({ seq }) => seq))
    const newest = new Map<string, Logged>()
    for (const entry of this.log)
      if (seqs.has(entry.target) && entry.event !== '$redact' && !this.#isRedacted(entry.target))
        newest.set(`${entry.target} ${entry.event} ${entry.from} ${entry.event === 'edit' ? '' : entry.emoji}`, entry)
    const page: HistoryMessages = {
      messages: entries.filter(({ event }) => event !== '$redact').map((entry) => this.#read(entry)),
      amendments: [...newest.values()].filter(({ seq }) => !seqs.has(seq)).map((entry) => this.#read(entry)),
      redacted: entries.filter(({ event }) => event === '$redact').map(({ target }) => target),
      more: entries.length < wanted.length,
      epoch: EPOCH,
      oldest: entries[0]?.seq ?? 1,
      newest: entries.at(-1)?.seq ?? this.log.length,
    }
    this.view.isLoading = true
    this.view.isLoadingOlder = kind === 'older'
    this.#request = { page, kind, generation: this.view.generation }
  }
}

const actions = [
  'say',
  'say',
  'amend',
  'amend',
  'amend',
  'redact',
  'send',
  'send',
  'store',
  'acknowledge',
  'refuse',
  'hear',
  'hearAll',
  'hearAll',
  'askOlder',
  'askNewer',
  'answer',
  'leave',
] as const
const steps = fc.array(fc.tuple(fc.constantFrom(...actions), fc.nat(1_000)), { maxLength: 80 })

/** Every message looks as the whole log says, and none that was redacted has its data. */
function assertShown(world: World): void {
  for (const { seq = 0, data, isRedacted } of world.messages()) {
    expect([seq, data]).toEqual([seq, world.expected(seq)])
    expect(isRedacted).toBe(data === undefined)
  }
}

test.each([
  ['a window that holds everything', fc.constant(1_000)],
  ['a window of a few entries', fc.integer({ min: 1, max: 5 })],
])(
  'TL17 TL18 %s shows what folding the whole log gives, in any order of pages, live entries and answers',
  (_, sizes) => {
    const property = fc.property(steps, sizes, (given, max) => {
      const world = new World(max)
      for (const [action, pick] of given) {
        world[action](pick)
        const { entries } = world.view
        expect(world.view.entries).toBe(entries)
        if (world.isSettled) assertShown(world)
      }
      world.answer()
      world.hearAll()
      if (world.isSettled) assertShown(world)
      for (let pages = 0; pages < 200 && world.view.hasNewer; pages += 1) {
        world.askNewer(4)
        world.answer()
      }
      world.hearAll()
      assertShown(world)
      for (let pages = 0; pages < 200 && (world.view.oldest ?? 1) > 1; pages += 1) {
        world.askOlder(4)
        world.answer()
        assertShown(world)
      }
    })
    fc.assert(property, { numRuns: 4_000 })
  },
)

test('TL17 the newer amendment counts, if it comes live while the page with the older one is loaded', () => {
  const world = new World(1)
  world.say()
  world.amend(0)
  world.say()
  world.hearAll()
  world.askOlder(4)
  world.amend(0)
  world.hearAll()
  world.answer()
  expect(world.messages().map(({ data }) => data)).toEqual(['message 1 4'])
})

test('TL18 a redaction that comes while the page of its message is loaded takes the data out of it', () => {
  const world = new World(1)
  world.say()
  world.say()
  world.hearAll()
  world.askOlder(4)
  world.redact(0)
  world.hearAll()
  world.answer()
  expect(world.messages()).toMatchObject([{ seq: 1, data: undefined, isRedacted: true }])
})
