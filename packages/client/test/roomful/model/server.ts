import type { Page, PageRequest } from '@roomful/server'
import type { PublishAnswer } from '@roomful/contract/protocol'
import { type DecidedItem, settle } from '@roomful/server'
import { continuedFrom } from './server-sources.ts'
import { ROOMS, type ToClient, type ToServer } from './frames.ts'
import { type Link, reply, serverOf } from './link.ts'
import { NodeRoom } from './node-room.ts'
import type { Surroundings } from './surroundings.ts'

type Random = () => number
type FrameOf<T extends ToServer['type']> = Extract<ToServer, { type: T }>

interface Task {
  readonly link: Link
  readonly frame: ToServer
  readonly number: number
  stage: 'new' | 'read' | 'decided' | 'done'
  items: DecidedItem[]
  code?: string
  answer?: ToClient
  /** What was read, and has not come to the node. */
  page?: Page
  /** Of a join: the log has what the client has seen up to here; undefined: the view begins anew. */
  after?: number | undefined
  /** Its sender was put out of the room since. */
  isOut?: boolean
  /** How often a replica was promoted before it was written. */
  promotions?: number
}

/** A part of a read of the node itself; gives the next part. */
type ReadPart = (random: Random) => ReadPart | undefined

/** One server process: the rules S2-S7 around the shipped rows. Its steps happen in any order that the rules allow. */
export class ServerNode {
  readonly tasks: Task[] = []
  /** Reads of the node itself, for its members. */
  readonly reads: ReadPart[] = []
  /** The rooms with members. */
  readonly rooms: (NodeRoom | undefined)[] = Array.from({ length: ROOMS }, () => undefined)
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
        this.#leave(link, frame.room)
        reply(link, { type: 'refused', room: frame.room, attempt: frame.attempt })
        return true
      }
      this.#enter(link, frame) // member first, then the page (S11)
    }
    const after = frame.type === 'join' ? frame.since?.seq : undefined
    this.tasks.push({ link, frame, number: this.#count++, stage: 'new', items: [], after })
    return true
  }

  step(index: number, random: Random): boolean {
    const { tasks, reads } = this
    const at = index % Math.max(1, tasks.length + reads.length)
    const task = tasks[at]
    if (task) return this.#advance(task, random)
    const read = reads[at - tasks.length]
    if (!read) return false
    const next = read(random)
    if (next) reads[at - tasks.length] = next
    else reads.splice(at - tasks.length, 1)
    return true
  }

  /** A batch that the log has published comes to the room. With several nodes it may come late, twice, or not at all. */
  fan(index: number, fault?: 'lost' | 'repeated'): boolean {
    const isMany = this.#world.options.nodes > 1
    const rooms = this.rooms.filter((room) => room !== undefined && room.pipe.length > 0)
    const room = rooms[index % Math.max(1, rooms.length)]
    if (!room) return false
    const at = isMany ? Math.floor(index / rooms.length) % room.pipe.length : 0
    const appended = room.pipe[at]!
    if (fault !== 'repeated' || !isMany) room.pipe.splice(at, 1)
    if (fault !== 'lost' || !isMany) room.receive(appended)
    return true
  }

  /** Sends the events that wait for others. */
  flush(room: number): void {
    this.rooms[room]?.delivery.flush()
  }

  /** Puts a connection out of a room: its batch there is not stored, and its join there is refused. */
  putOut(link: Link, room: number): void {
    if (!link.member.has(room)) return
    this.#leave(link, room)
    reply(link, { type: 'out', room })
    for (const task of this.tasks) if (task.link === link && task.frame.room === room) task.isOut = true
    this.#closeUnused()
  }

  /** The node notices that the connection has ended. Its requests go on. */
  end(link: Link): void {
    link.serverIsUp = false
    link.toServer.length = 0
    for (const room of this.rooms) room?.delivery.leave(link.socket.asSocket())
    this.#closeUnused()
  }

  /** Compares the heads of the log with what the members have got. */
  heads(): void {
    for (const [room, opened] of this.rooms.entries())
      if (opened)
        this.reads.push(() => {
          const head = this.#world.store.open(room)
          return () => {
            opened.noticeHead(head)
            return undefined
          }
        })
  }

  forgetAll(): void {
    this.tasks.length = 0
    this.#busy.clear()
    this.#closeUnused()
  }

  #enter(link: Link, { room, packs }: FrameOf<'join'>): void {
    const opened = (this.rooms[room] ??= this.#open(room))
    link.member.add(room)
    void opened.delivery.enter(link.socket.asSocket(), packs)
  }

  #leave(link: Link, room: number): void {
    link.member.delete(room)
    this.rooms[room]?.delivery.leave(link.socket.asSocket())
  }

  #open(room: number): NodeRoom {
    const { links, store } = this.#world
    const readPage = (request: PageRequest): Promise<Page> =>
      new Promise((resolve, reject) => {
        this.reads.push((random) => {
          const isAway = random() % 8 === 0
          const page = store.page(room, request)
          return () => {
            this.#world.hasNews = true
            if (isAway && !this.#world.isHealing) reject(new Error('the log is away'))
            else resolve(page)
            return undefined
          }
        })
      })
    return new NodeRoom({
      name: String(room),
      io: serverOf(links, this.#number),
      now: () => this.#world.clockMs,
      page: readPage,
      onError: (error) => {
        if (this.#world.isHealing) throw error
      },
    })
  }

  /** A room without members forgets what it has sent, and gets no more of the log. */
  #closeUnused(): void {
    for (const room of this.rooms.keys()) {
      const isMember = (link: Link): boolean => link.node === this.#number && link.serverIsUp && link.member.has(room)
      if (!this.#world.links.some(isMember)) this.rooms[room] = undefined
    }
  }

  #advance(task: Task, random: Random): boolean {
    const { frame, page } = task
    if (task.stage === 'done') return this.#finish(task)
    if (frame.type === 'publish') return this.#publish(task, frame, random)
    if (!page) {
      task.page = this.#read(task, frame)
      return true
    }
    this.rooms[frame.room]?.noticePage(page)
    delete task.page
    if (frame.type === 'history') {
      const { room, join, epoch } = frame
      task.answer = { type: 'page', room, join, page: epoch === page.epoch ? page : undefined }
      return this.#finish(task)
    }
    return this.#join(task, frame, page)
  }

  #read({ after }: Task, frame: FrameOf<'join' | 'history'>): Page {
    const { store } = this.#world
    if (frame.type === 'history')
      return store.page(frame.room, { after: frame.after, limit: Infinity, bytes: Infinity })
    return store.page(frame.room, { after: after ?? 0, limit: after === undefined ? 0 : Infinity, bytes: Infinity })
  }

  /** S13: the page that continues the view, or the head, where the log does not continue it. */
  #join(task: Task, { room, attempt, since }: FrameOf<'join'>, page: Page): boolean {
    const { after } = task
    const continues = since && after !== undefined ? continuedFrom(since, page) : undefined
    task.after = continues
    if (continues !== after) return true // read again
    task.answer = task.isOut
      ? { type: 'refused', room, attempt }
      : { type: 'joined', room, attempt, page: { ...page, continues } }
    return this.#finish(task)
  }

  #publish(task: Task, frame: FrameOf<'publish'>, random: Random): boolean {
    const { store, options, now, isHealing } = this.#world
    const { batch, room } = frame
    const { cid } = batch.messages[0]!
    const key = `${cid} ${room}`
    const answer = (results: PublishAnswer['results'], code?: string): true => {
      const answered = { ok: code === undefined, epoch: batch.epoch, results, ...(code && { code, after: 0 }) }
      task.answer = { type: 'answer', room, batch, answer: answered }
      task.stage = 'done'
      if (this.#busy.get(key) === task) this.#busy.delete(key)
      return true
    }
    if (task.stage === 'decided') {
      if (task.isOut) return answer([], 'NOT_MEMBER')
      // S4: one durable step, which reads the row again.
      const state = store.open(room)
      if (batch.epoch !== state.epoch) return answer([], 'EPOCH')
      const step = settle(store.row(room, cid), task.items, state, now)
      const appended = store.append(room, cid, step)
      this.#world.publish(room, appended)
      task.promotions = store.promotions
      // S7: the answer of the log is lost.
      if (!isHealing && random() % 16 === 0) return answer([], 'UNAVAILABLE')
      return answer(step.results, task.code)
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
    if (!task.link.member.has(room)) return answer([], 'NOT_MEMBER')
    const row = store.row(room, cid)
    for (const { n, id, data } of batch.messages) {
      const hash = `${id} ${String(data)}`
      if (row && n <= row.last) {
        task.items.push({ n, hash, refusal: { code: 'STALE' } })
        continue
      }
      const dice = isHealing ? 0 : random() % 8
      if (dice === 7) {
        task.code = 'RATE'
        break
      }
      if (dice >= 5) task.items.push({ n, hash, refusal: { code: 'NO' } })
      else task.items.push({ n, hash, entry: { event: 'message', data, id, from: null, at: now } })
    }
    task.stage = 'decided'
    return true
  }

  #finish(task: Task): boolean {
    this.tasks.splice(this.tasks.indexOf(task), 1)
    if (task.answer) reply(task.link, this.#confirmed(task, task.answer))
    return true
  }

  /** With `durability: 'replica'` results are given once the replica has them. */
  #confirmed({ promotions }: Task, answer: ToClient): ToClient {
    const { store, options } = this.#world
    if (options.durability !== 'replica' || answer.type !== 'answer' || promotions === undefined) return answer
    if (promotions === store.promotions) store.replicate()
    else {
      const unconfirmed = { ok: false, epoch: answer.answer.epoch, results: [], code: 'UNAVAILABLE', after: 0 }
      return { ...answer, answer: unconfirmed }
    }
    return answer
  }
}
