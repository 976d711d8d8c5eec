import { keyOf, type Message, messageId, type Outcome } from '../../src/outbox/message.ts'
import { outbox } from '../../src/outbox/outbox-state.ts'
import {
  type Changes,
  newOutbox,
  type OutboxInput,
  type OutboxOutput,
  type OutboxState,
} from '../../src/outbox/outbox-types.ts'
import { type Flight } from '../../src/outbox/room-queue.ts'
import { newRoomLog, roomLog, type RoomLog, type RoomLogInput, type RoomLogOutput } from '../../src/room/room-log.ts'
import { RoomfulError } from '@roomful/contract'
import { HOLD, type Link, ROOMS, type ToClient, USER, WINDOW } from './frames.ts'
import type { Surroundings } from './surroundings.ts'

/** What a member was shown, in order. */
export type Shown =
  | { readonly type: 'entry'; readonly epoch: string; readonly seq: number; readonly id: number }
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  | { readonly type: 'begin'; readonly epoch: string; readonly last: number }

/** One page of a browser: the outbox and the log of each room are the ones that ship; all around them is the model's. */
export class Tab {
  readonly page: number
  readonly line: number
  readonly cid: string
  isAlive = true
  link: Link | undefined
  outbox: OutboxState = newOutbox(undefined, { messages: 10_000, bytes: 1e9 })
  readonly logs: RoomLog[] = Array.from({ length: ROOMS }, () => newRoomLog({ entries: HOLD, bytes: 1e9 }))
  readonly shown: Shown[][] = Array.from({ length: ROOMS }, () => [])
  /** A storage transaction that has begun. */
  saving: Changes | undefined
  waits: { readonly room: number; readonly rejoin: boolean }[] = []
  readonly #world: Surroundings
  #lastNumber = 0
  #attempts = 0
  readonly #attempt: number[] = Array.from({ length: ROOMS }, () => -1)
  #answerEpoch = ''
  readonly #rejectedIn = new Map<string, number>()

  constructor(world: Surroundings, page: number, line: number) {
    this.#world = world
    this.page = page
    this.line = line
    this.cid = `page-${String(page).padStart(4, '0')}`
  }

  emit(room: number, id: number): void {
    const { user } = this.outbox
    const message: Message = {
      cid: this.cid,
      n: ++this.#lastNumber,
      user,
      room: String(room),
      event: 'message',
      data: id,
      bytes: 1,
    }
    this.run({ type: 'emit', message })
  }

  run(input: OutboxInput): void {
    const { state, outputs } = outbox(this.outbox, input, this.#world.now)
    this.outbox = state
    for (const output of outputs) this.#do(output)
  }

  connected(link: Link): void {
    this.link = link
    this.run({ type: 'welcome', user: USER, windowMs: WINDOW })
    for (let room = 0; room < ROOMS; room++) this.join(room)
  }

  join(room: number): void {
    if (!this.link) return
    const { place } = this.logs[room]!
    this.run({ type: 'close', room: String(room), isOurs: false })
    this.#follow(room, { type: 'joining' })
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
      this.run({ type: 'close', room: String(room), isOurs: false })
      this.#follow(room, { type: 'away' })
    }
  }

  /** No answer came in time, on a connection that lives. */
  timeOut(room: number): void {
    const flight = this.outbox.rooms.get(String(room))?.flight
    if (flight?.isSent) this.run({ type: 'unanswered', room: String(room), flight })
  }

  /** The storage is done with what it began. */
  saved(): void {
    const changes = this.saving
    if (!changes || !this.isAlive) return
    this.saving = undefined
    this.#world.disk.write(changes)
    this.run({ type: 'stored', isStored: true })
  }

  wake(): void {
    const wait = this.waits.shift()
    if (!wait) return
    this.run({ type: 'wake', room: String(wait.room) })
    if (wait.rejoin) this.join(wait.room)
  }

  hear(frame: ToClient): void {
    const { room } = frame
    switch (frame.type) {
      case 'joined':
        if (frame.attempt !== this.#attempt[room]) return
        this.run({ type: 'open', room: String(room), session: this.#session(frame.page.epoch) })
        return this.#follow(room, { type: 'joined', page: frame.page })
      case 'refused': {
        if (frame.attempt !== this.#attempt[room]) return
        this.#follow(room, { type: 'away' })
        this.#attempt[room] = -1
        return this.run({ type: 'refused', room: String(room), error: new RoomfulError('FORBIDDEN', 'no') })
      }
      case 'page':
        if (frame.page) return this.#follow(room, { type: 'page', join: frame.join, page: frame.page })
        return this.logs[room]!.join === frame.join ? this.join(room) : undefined
      case 'answer':
        return this.#answered(room, frame.flight, frame.answer)
      case 'live':
        return this.#follow(room, { type: 'live', epoch: frame.epoch, entry: frame.entry })
      case 'head':
        return this.#follow(room, { type: 'head', epoch: frame.epoch, seq: frame.seq })
    }
  }

  #session(epoch: string) {
    return { epoch, batchItems: this.#world.options.batchItems, batchBytes: 1e9, eventBytes: 1e9 }
  }

  #answered(room: number, flight: Flight, answer: Extract<ToClient, { type: 'answer' }>['answer']): void {
    this.#answerEpoch = answer.epoch
    for (const [index, result] of answer.results.entries())
      if ('code' in result) this.#rejectedIn.set(keyOf(flight.messages[index]!), Number(answer.epoch))
    this.run({ type: 'answer', room: String(room), flight, answer })
  }

  #do(output: OutboxOutput): void {
    switch (output.type) {
      case 'store':
        this.saving = output.changes
        if (this.#world.options.savesAtOnce) this.saved()
        return
      case 'send':
        return void this.link?.toServer.push({ type: 'publish', room: Number(output.room), flight: output.flight })
      case 'wait':
        return void this.waits.push({ room: Number(output.room), rejoin: output.rejoin })
      case 'tell':
        return this.#tell(output.message, output.outcome)
    }
  }

  #tell(message: Message, outcome: Outcome): void {
    const epoch =
      outcome.state === 'confirmed' ? Number(this.#answerEpoch) : (this.#rejectedIn.get(keyOf(message)) ?? 0)
    this.#world.told.push({ id: message.data as number, key: messageId(message), page: this.page, epoch, outcome })
  }

  #follow(room: number, input: RoomLogInput): void {
    const before = this.logs[room]!
    const { log, outputs } = roomLog(before, input)
    this.logs[room] = log
    if (input.type === 'joined' && !before.place) this.#begin(room, { epoch: input.page.epoch, last: input.page.head })
    for (const output of outputs) this.#show(room, log, output)
  }

  #begin(room: number, { epoch, last }: { epoch: string; last: number }): void {
    this.shown[room]!.push({ type: 'begin', epoch, last })
  }

  #show(room: number, log: RoomLog, output: RoomLogOutput): void {
    const shown = this.shown[room]!
    const epoch = log.place!.epoch
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
