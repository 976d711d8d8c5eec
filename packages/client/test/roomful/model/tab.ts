import { RoomfulError } from '@roomful/contract'
import { type Pack, wire, type WireMeta } from '@roomful/contract/protocol'
import { RoomLog } from '../../../src/roomful/log.ts'
import type { LogInput, LogOutput, LogPage, Since } from '../../../src/roomful/log-steps.ts'
import type { Message } from '../../../src/roomful/outbox/message.ts'
import type { Gap } from '../../../src/rooms/room.ts'
import { OutboxCore } from '../../../src/roomful/outbox/outbox-core.ts'
import { PendingWrites } from '../../../src/roomful/outbox/pending-writes.ts'
import type { Batch, OutboxInput, OutboxOutput } from '../../../src/roomful/outbox/outbox-steps.ts'
import { isHead, isLogged, readPack } from '../../../src/roomful/wire-messages.ts'
import type { Saving, Sent } from './disk.ts'
import { HOLD, ROOMS, type ToClient, USER, WINDOW } from './frames.ts'
import type { Link } from './link.ts'
import type { Surroundings } from './surroundings.ts'

const FAILURES = { emptied: 'unused', unchanged: 'failed', late: 'timeout' } as const

/** What a member was shown, in order. */
export type Shown =
  | { readonly type: 'entry'; readonly epoch: string; readonly seq: number; readonly id: number }
  | { readonly type: 'gap'; readonly epoch: string; readonly from: number; readonly to: number }
  /** The log goes on in this epoch without these messages. */
  | { readonly type: 'lost'; readonly epoch: string; readonly from: number; readonly to: number }
  | { readonly type: 'begin'; readonly epoch: string; readonly last: number }

/** One page of a browser: the shipped outbox core and log of each room, in the surroundings of the model. */
export class Tab {
  readonly core: OutboxCore = new OutboxCore({
    user: undefined,
    limit: { messages: 10_000, bytes: 1e9 },
    writes: new PendingWrites(),
  })
  readonly page: number
  readonly line: number
  cid: string
  isAlive = true
  /** False after the storage has failed: messages are kept in memory. */
  hasStorage = true
  link: Link | undefined
  readonly logs: RoomLog[] = Array.from({ length: ROOMS }, () => new RoomLog({ entries: HOLD, bytes: 1e9 }))
  readonly shown: Shown[][] = Array.from({ length: ROOMS }, () => [])
  /** The storage transaction under way. */
  saving: Saving | undefined
  waits: { readonly room: number; readonly rejoin: boolean }[] = []
  readonly #world: Surroundings
  #lastNumber = 0
  /** How many joins were sent. */
  attempts = 0
  readonly #attempt: number[] = Array.from({ length: ROOMS }, () => -1)
  readonly #since: (Since | undefined)[] = []
  #answerEpoch = ''
  readonly #lastBatch: (Batch | undefined)[] = []
  readonly #rejectedIn = new Map<Message, number>()

  constructor(world: Surroundings, page: number, line: number) {
    this.#world = world
    this.page = page
    this.line = line
    this.cid = `page-${String(page).padStart(4, '0')}`
  }

  /** The unsettled messages. */
  get messages(): Message[] {
    return [...this.core.queues.values()].flatMap(({ messages }) => [...messages])
  }

  step(input: OutboxInput): void {
    for (const output of this.core.step(input, this.#world.now)) this.#perform(output)
  }

  emit(room: number, sent: Sent): void {
    const key = { cid: this.cid, n: ++this.#lastNumber }
    sent.key = key
    const message = { ...key, id: sent.messageId, room: String(room), event: 'message', data: sent.id, bytes: 1 }
    this.step({ type: 'emit', message: { ...message, user: undefined, sentAt: undefined } })
  }

  discard(index: number): void {
    const { messages } = this
    const message = messages[index % Math.max(1, messages.length)]
    if (!message) return
    const error = new RoomfulError('DISCARDED', 'no longer wanted')
    this.step({ type: 'discard', room: message.room, id: message.id, error })
  }

  connected(link: Link): void {
    this.link = link
    this.step({ type: 'user', user: USER, windowMs: WINDOW })
    for (let room = 0; room < ROOMS; room++) this.join(room)
  }

  join(room: number): void {
    if (!this.link) return
    const { since } = this.logs[room]!
    this.step({ type: 'joining', room: String(room) })
    this.logs[room]!.step({ type: 'joining' })
    const attempt = ++this.attempts
    this.#attempt[room] = attempt
    this.#since[room] = since
    // One tab is of an earlier version, and others read single events for a time.
    const packs = this.line !== 2 && attempt % 7 !== 0
    this.link.toServer.push({ type: 'join', room, attempt, since, packs })
  }

  cut(): void {
    const { link } = this
    if (!link) return
    link.isUp = false
    link.toClient.length = 0
    this.link = undefined
    this.waits = []
    for (let room = 0; room < ROOMS; room++) {
      this.step({ type: 'close', room: String(room), isOwn: false })
      this.logs[room]!.step({ type: 'disconnected' })
    }
  }

  /** No answer came in time, and the connection lives. */
  timeOut(room: number): void {
    const batch = this.#lastBatch[room]
    if (batch) this.step({ type: 'no-answer', batch })
  }

  /** The transaction under way is done. */
  saved(): void {
    const { saving } = this
    if (!saving || !this.isAlive) return
    this.saving = undefined
    this.#world.disk.write(saving)
    this.step({ type: 'stored', result: 'stored' })
  }

  /** The transaction under way fails, and the storage is given up: emptied, with the entries that it had, or changed after the time-out. */
  failStorage(how: 'emptied' | 'unchanged' | 'late'): void {
    const { saving } = this
    if (!saving || !this.isAlive) return
    this.saving = undefined
    this.hasStorage = false
    this.cid += 'b'
    this.#world.disk.abandon(this.page, how === 'emptied')
    if (how === 'late') {
      this.#world.disk.write(saving)
      this.#world.disk.abandon(this.page, false)
    }
    this.step({ type: 'stored', result: FAILURES[how] })
  }

  wake(): void {
    const wait = this.waits.shift()
    if (!wait) return
    this.step({ type: 'woken', room: String(wait.room) })
    if (wait.rejoin) this.join(wait.room)
  }

  receive(frame: ToClient): void {
    if (frame.type === 'packet') return this.#receivePacket(frame.name, frame.args)
    const { room } = frame
    switch (frame.type) {
      case 'joined':
        if (frame.attempt !== this.#attempt[room]) return
        this.step({ type: 'open', room: String(room), session: this.#session(frame.page.epoch) })
        return this.#joined(room, frame.page)
      case 'refused':
        return frame.attempt === this.#attempt[room] ? this.#refused(room, 'FORBIDDEN') : undefined
      case 'out':
        // The answer to a join under way comes behind it, and decides.
        return this.logs[room]!.status === 'joined' ? this.#refused(room, 'REMOVED') : undefined
      case 'page':
        if (frame.page) return this.#follow(room, { type: 'page', join: frame.join, page: frame.page })
        return this.logs[room]!.join === frame.join ? this.join(room) : undefined
      case 'answer':
        return this.#answered(frame.batch, frame.answer)
    }
  }

  /** As the room that ships does. */
  #receivePacket(name: string, [first, second]: readonly unknown[]): void {
    if (name === wire.head && isHead(first)) return this.#follow(Number(first.room), { ...first, type: 'head' })
    if (name === wire.events) {
      const { epoch, events } = readPack(first)!
      return this.#follow(Number((first as Pack).room), { type: 'live', epoch, events })
    }
    const meta = second as WireMeta
    if (!isLogged(meta)) throw new Error(`unexpected packet ${name}`)
    const { $room, epoch, ...rest } = meta
    return this.#follow(Number($room), { type: 'live', epoch, events: [{ event: name, data: first, ...rest }] })
  }

  #refused(room: number, code: string): void {
    this.logs[room]!.step({ type: 'disconnected' })
    this.#attempt[room] = -1
    this.waits = this.waits.filter((wait) => wait.room !== room)
    this.step({ type: 'refused', room: String(room), error: new RoomfulError(code, 'no') })
  }

  #session(epoch: string) {
    return { epoch, batchItems: this.#world.options.batchItems, batchBytes: 1e9, eventBytes: 1e9 }
  }

  #answered(batch: Batch, answer: Extract<ToClient, { type: 'answer' }>['answer']): void {
    this.#answerEpoch = answer.epoch
    for (const [index, result] of answer.results.entries())
      if ('code' in result) this.#rejectedIn.set(batch.messages[index]!, Number(answer.epoch))
    this.step({ type: 'answer', batch, answer })
  }

  #perform(output: OutboxOutput): void {
    switch (output.type) {
      case 'queued':
        return
      case 'settled': {
        const { message, outcome } = output
        const epoch = outcome.state === 'confirmed' ? Number(this.#answerEpoch) : (this.#rejectedIn.get(message) ?? 0)
        const room = Number(message.room)
        const shown = this.shown[room]!.length
        this.#world.told.push({ id: message.data as number, page: this.page, room, epoch, outcome, shown })
        if (outcome.state === 'confirmed') this.logs[room]!.step({ type: 'seen', seq: outcome.seq })
        return
      }
      case 'store':
        if (!this.hasStorage)
          return this.step({ type: 'stored', result: this.#world.disk.has(output) ? 'failed' : 'unused' })
        this.saving = output
        return this.#world.options.savesAtOnce ? this.saved() : undefined
      case 'send':
        this.#lastBatch[Number(output.batch.room)] = output.batch
        return void this.link?.toServer.push({ type: 'publish', room: Number(output.batch.room), batch: output.batch })
      case 'wait':
        return void this.waits.push({ room: Number(output.room), rejoin: output.rejoin })
    }
  }

  #joined(room: number, page: LogPage): void {
    const { place } = this.logs[room]!
    if (!place) this.#begin(room, { epoch: page.epoch, last: page.head })
    this.#follow(room, { type: 'joined', page, since: this.#since[room] })
  }

  #follow(room: number, input: LogInput): void {
    const log = this.logs[room]!
    const outputs = log.step(input)
    const { epoch } = log.place ?? { epoch: '' }
    for (const output of outputs) this.#show(room, epoch, output)
  }

  #begin(room: number, { epoch, last }: { epoch: string; last: number }): void {
    this.shown[room]!.push({ type: 'begin', epoch, last })
  }

  #show(room: number, epoch: string, output: LogOutput): void {
    const shown = this.shown[room]!
    switch (output.type) {
      case 'deliver':
        return void shown.push({ type: 'entry', epoch, seq: output.entry.seq, id: output.entry.data as number })
      case 'gap':
        return this.#showGap(room, epoch, output.gap)
      case 'continued':
        return this.step({ type: 'continued', room: String(room), epoch: output.epoch })
      case 'distrust':
        return this.step({ type: 'distrust', room: String(room) })
      case 'rejoin':
        return this.join(room)
      case 'fetch':
        return void this.link?.toServer.push({
          type: 'history',
          room,
          join: output.join,
          epoch: output.epoch,
          after: output.after,
        })
    }
  }

  #showGap(room: number, epoch: string, { from, to, reason }: Gap): void {
    if (from === undefined) return this.#begin(room, { epoch, last: to! })
    this.shown[room]!.push({ type: reason === 'epoch' ? 'lost' : 'gap', epoch, from, to: to! })
  }
}
