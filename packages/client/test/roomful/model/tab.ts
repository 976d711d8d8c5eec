import { type Message, messageId, type Outcome } from '../../../src/roomful/outbox/message.ts'
import { OutboxCore } from '../../../src/roomful/outbox/outbox-core.ts'
import { Unstored } from '../../../src/roomful/outbox/unstored.ts'
import type { Flight } from '../../../src/roomful/outbox/room-queue.ts'
import { type LogPage, RoomLog, type RoomLogOutput } from '../../../src/roomful/log.ts'
import { RoomfulError } from '@roomful/contract'
import type { Saving } from './disk.ts'
import { HOLD, type Link, ROOMS, type ToClient, USER, WINDOW } from './frames.ts'
import type { Surroundings } from './surroundings.ts'

/** What a member was shown, in order. */
export type Shown =
  | { readonly type: 'entry'; readonly epoch: string; readonly seq: number; readonly id: number }
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  | { readonly type: 'begin'; readonly epoch: string; readonly last: number }

/** One page of a browser: the outbox and the log of each room are the ones that ship; all around them is the model's. */
export class Tab extends OutboxCore {
  readonly page: number
  readonly line: number
  readonly cid: string
  isAlive = true
  link: Link | undefined
  readonly logs: RoomLog[] = Array.from({ length: ROOMS }, () => new RoomLog({ entries: HOLD, bytes: 1e9 }))
  readonly shown: Shown[][] = Array.from({ length: ROOMS }, () => [])
  /** A storage transaction that has begun. */
  saving: Saving | undefined
  waits: { readonly room: number; readonly rejoin: boolean }[] = []
  readonly #world: Surroundings
  #lastNumber = 0
  #attempts = 0
  readonly #attempt: number[] = Array.from({ length: ROOMS }, () => -1)
  #answerEpoch = ''
  readonly #rejectedIn = new Map<Message, number>()

  constructor(world: Surroundings, page: number, line: number) {
    super(undefined, { messages: 10_000, bytes: 1e9 }, new Unstored())
    this.#world = world
    this.page = page
    this.line = line
    this.cid = `page-${String(page).padStart(4, '0')}`
  }

  say(room: number, id: number): void {
    this.emit({
      cid: this.cid,
      n: ++this.#lastNumber,
      user: this.user,
      room: String(room),
      event: 'message',
      data: id,
      bytes: 1,
    })
  }

  connected(link: Link): void {
    this.link = link
    this.greet(USER, WINDOW)
    for (let room = 0; room < ROOMS; room++) this.join(room)
  }

  join(room: number): void {
    if (!this.link) return
    const { place } = this.logs[room]!
    this.in(String(room), (queue) => queue.closed(false))
    this.logs[room]!.joining()
    this.#attempt[room] = ++this.#attempts
    this.link.toServer.push({
      type: 'join',
      room,
      attempt: this.#attempts,
      since: place && { epoch: place.epoch, seq: place.last },
    })
  }

  cut(): void {
    const { link } = this
    if (!link) return
    link.isUp = false
    link.toClient.length = 0
    this.link = undefined
    this.waits = []
    for (let room = 0; room < ROOMS; room++) {
      this.in(String(room), (queue) => queue.closed(false))
      this.logs[room]!.away()
    }
  }

  /** No answer came in time, on a connection that lives. */
  timeOut(room: number): void {
    const flight = this.queues.get(String(room))?.flight
    if (flight?.isSent) this.in(String(room), (queue) => queue.unanswered(flight))
  }

  /** The storage is done with what it began. */
  saved(): void {
    const { saving } = this
    if (!saving || !this.isAlive) return
    this.saving = undefined
    this.#world.disk.write(saving)
    this.stored(true)
  }

  wake(): void {
    const wait = this.waits.shift()
    if (!wait) return
    this.in(String(wait.room), (queue) => queue.woken())
    if (wait.rejoin) this.join(wait.room)
  }

  hear(frame: ToClient): void {
    const { room } = frame
    switch (frame.type) {
      case 'joined':
        if (frame.attempt !== this.#attempt[room]) return
        this.in(String(room), (queue) => (queue.session = this.#session(frame.page.epoch)))
        return this.#joined(room, frame.page)
      case 'refused': {
        if (frame.attempt !== this.#attempt[room]) return
        this.logs[room]!.away()
        this.#attempt[room] = -1
        return this.refused(String(room), new RoomfulError('FORBIDDEN', 'no'))
      }
      case 'page':
        if (frame.page) return this.#follow(room, this.logs[room]!.page(frame.join, frame.page))
        return this.logs[room]!.join === frame.join ? this.join(room) : undefined
      case 'answer':
        return this.#answered(room, frame.flight, frame.answer)
      case 'live':
        return this.#follow(room, this.logs[room]!.heard(frame.epoch, frame.entry.seq, frame.entry))
      case 'head':
        return this.#follow(room, this.logs[room]!.heard(frame.epoch, frame.seq))
    }
  }

  #session(epoch: string) {
    return { epoch, batchItems: this.#world.options.batchItems, batchBytes: 1e9, eventBytes: 1e9 }
  }

  #answered(room: number, flight: Flight, answer: Extract<ToClient, { type: 'answer' }>['answer']): void {
    this.#answerEpoch = answer.epoch
    for (const [index, result] of answer.results.entries())
      if ('code' in result) this.#rejectedIn.set(flight.messages[index]!, Number(answer.epoch))
    this.in(String(room), (queue) => queue.answered(flight, answer))
  }

  protected now(): number {
    return this.#world.now
  }
  protected queued(): void {}
  protected rested(): void {}
  protected keep(put: readonly Message[], remove: readonly Message[]): void {
    this.saving = { put: put.map((message) => ({ ...message })), remove }
    if (this.#world.options.savesAtOnce) this.saved()
  }
  protected send(room: string, flight: Flight): void {
    this.link?.toServer.push({ type: 'publish', room: Number(room), flight })
  }
  protected wait(room: string, _ms: number, rejoin: boolean): void {
    this.waits.push({ room: Number(room), rejoin })
  }
  protected settled(message: Message, outcome: Outcome): void {
    const epoch = outcome.state === 'confirmed' ? Number(this.#answerEpoch) : (this.#rejectedIn.get(message) ?? 0)
    this.#world.told.push({ id: message.data as number, key: messageId(message), page: this.page, epoch, outcome })
  }

  #joined(room: number, page: LogPage): void {
    const log = this.logs[room]!
    const isFirst = !log.place
    const outputs = log.joined(page)
    if (isFirst) this.#begin(room, { epoch: page.epoch, last: page.head })
    this.#follow(room, outputs)
  }

  #follow(room: number, outputs: readonly RoomLogOutput[]): void {
    const { epoch } = this.logs[room]!.place ?? { epoch: '' }
    for (const output of outputs) this.#show(room, epoch, output)
  }

  #begin(room: number, { epoch, last }: { epoch: string; last: number }): void {
    this.shown[room]!.push({ type: 'begin', epoch, last })
  }

  #show(room: number, epoch: string, output: RoomLogOutput): void {
    const shown = this.shown[room]!
    switch (output.type) {
      case 'deliver':
        return void shown.push({ type: 'entry', epoch, seq: output.entry.seq, id: output.entry.data as number })
      case 'gap':
        if (output.gap.reason === 'epoch') return this.#begin(room, { epoch, last: output.gap.to! })
        return void shown.push({ type: 'gap', from: output.gap.from!, to: output.gap.to! })
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
}
