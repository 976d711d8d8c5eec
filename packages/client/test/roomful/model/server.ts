import type { Entry, PublishAnswer } from '@roomful/contract/protocol'
import { type DecidedItem, settle } from '@roomful/server'
import type { Link, ToClient, ToServer } from './frames.ts'
import type { Surroundings } from './surroundings.ts'

interface Task {
  readonly link: Link
  readonly frame: ToServer
  readonly number: number
  stage: 'new' | 'decided' | 'done'
  items: DecidedItem[]
  code?: string
  answer?: ToClient
  /** Its sender was put out of the room since. */
  isOut?: boolean
}

/** One server process: the rules S2-S6 around the shipped rows. Its steps happen in any order that the rules allow. */
export class ServerNode {
  readonly tasks: Task[] = []
  fanOut: { readonly room: number; readonly epoch: string; readonly entry: Entry }[] = []
  readonly #world: Surroundings
  readonly #number: number
  readonly #busy = new Map<string, Task>()
  #count = 0

  constructor(world: Surroundings, number: number) {
    this.#world = world
    this.#number = number
  }

  receive(link: Link): boolean {
    const frame = link.toServer.shift()
    if (!frame) return false
    if (frame.type === 'join') {
      if (this.#world.forbidden[frame.room]) {
        link.member.delete(frame.room)
        reply(link, { type: 'refused', room: frame.room, attempt: frame.attempt })
        return true
      }
      link.member.add(frame.room) // member first, then the page (S11)
    }
    this.tasks.push({ link, frame, number: this.#count++, stage: 'new', items: [] })
    return true
  }

  step(index: number, random: () => number): boolean {
    const task = this.tasks[index % this.tasks.length]
    if (!task) return false
    const { frame } = task
    if (frame.type === 'publish') return this.#publish(task, frame, random)
    if (task.stage === 'new') {
      task.answer ??= this.#read(frame)
      task.stage = 'done'
      return true
    }
    return this.#finish(task)
  }

  #read(frame: Exclude<ToServer, { type: 'publish' }>): ToClient {
    const { store } = this.#world
    const { room } = frame
    if (frame.type === 'history') {
      const page = frame.epoch === store.epoch ? store.page(room, frame.after) : undefined
      return { type: 'page', room, join: frame.join, page }
    }
    const { since, attempt } = frame
    const head = store.rooms[room]!.head
    const isHere = since?.epoch === store.epoch && since.seq <= head
    return { type: 'joined', room, attempt, page: store.page(room, isHere ? since.seq : head) }
  }

  #publish(task: Task, frame: Extract<ToServer, { type: 'publish' }>, random: () => number): boolean {
    const { store, options } = this.#world
    const { batch, room } = frame
    const { cid } = batch.messages[0]!
    const key = `${cid} ${room}`
    const rows = store.rooms[room]!.rows
    const answer = (results: PublishAnswer['results'], code?: string): void => {
      const answered = { ok: code === undefined, epoch: batch.epoch, results, ...(code && { code, after: 0 }) }
      task.answer = { type: 'answer', room, batch, answer: answered }
      task.stage = 'done'
      if (this.#busy.get(key) === task) this.#busy.delete(key)
    }
    if (task.stage === 'done') return this.#finish(task)
    if (task.stage === 'decided') {
      if (task.isOut) return (answer([], 'NOT_MEMBER'), true)
      // S4: one durable step, which reads the row again.
      if (batch.epoch !== store.epoch) return (answer([], 'EPOCH'), true)
      const target = store.rooms[room]!
      const step = settle(rows.get(cid), task.items, { head: target.head, count: 0 }, this.#world.now)
      target.log.push(...step.entries)
      target.head += step.entries.length
      if (step.row) rows.set(cid, step.row)
      for (const entry of step.entries) this.#world.broadcast({ room, epoch: store.epoch, entry })
      return (answer(step.results, task.code), true)
    }
    if (options.hasMutex) {
      const isBehind = this.tasks.some(
        ({ frame: other, stage, number }) =>
          other.type === 'publish' &&
          stage === 'new' &&
          number < task.number &&
          other.room === room &&
          other.batch.messages[0]!.cid === cid,
      )
      if (this.#busy.has(key) || (isBehind && !options.hasThreads)) return false
      this.#busy.set(key, task)
    }
    if (!task.link.member.has(room)) return (answer([], 'NOT_MEMBER'), true)
    const row = rows.get(cid)
    for (const { n, id, data } of batch.messages) {
      const hash = `${id} ${String(data)}`
      if (row && n <= row.last) {
        task.items.push({ n, hash, refusal: { code: 'STALE' } })
        continue
      }
      const dice = this.#world.isHealing ? 0 : random() % 8
      if (dice === 7) {
        task.code = 'RATE'
        break
      }
      if (dice >= 5) task.items.push({ n, hash, refusal: { code: 'NO' } })
      else task.items.push({ n, hash, entry: { event: 'message', data, id, from: null, at: this.#world.now } })
    }
    task.stage = 'decided'
    return true
  }

  fan(index: number, drops: boolean): boolean {
    const isMany = this.#world.options.nodes > 1
    const [message] = this.fanOut.splice(isMany ? index % Math.max(1, this.fanOut.length) : 0, 1)
    if (!message) return false
    if (drops && isMany) return true
    for (const link of this.#world.links)
      if (link.node === this.#number && link.member.has(message.room)) reply(link, { type: 'live', ...message })
    return true
  }

  /** Puts a connection out of a room: its batch there is not stored, and its join there is refused. */
  putOut(link: Link, room: number): void {
    if (!link.member.delete(room)) return
    reply(link, { type: 'out', room })
    for (const task of this.tasks) {
      if (task.link !== link || task.frame.room !== room) continue
      task.isOut = true
      const { frame } = task
      if (frame.type === 'join') task.answer = { type: 'refused', room, attempt: frame.attempt }
    }
  }

  heads(): void {
    const { store, links } = this.#world
    for (const link of links)
      for (const room of link.node === this.#number ? link.member : [])
        reply(link, { type: 'head', room, epoch: store.epoch, seq: store.rooms[room]!.head })
  }

  forgetAll(): void {
    this.tasks.length = 0
    this.#busy.clear()
  }

  #finish(task: Task): boolean {
    this.tasks.splice(this.tasks.indexOf(task), 1)
    if (task.answer) reply(task.link, task.answer)
    return true
  }
}

function reply(link: Link, frame: ToClient): void {
  if (link.serverIsUp && link.isUp) link.toClient.push(frame)
}
