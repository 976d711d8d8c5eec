import { RoomfulError } from '@roomful/contract'
import {
  assertRoomName,
  type Entry,
  type JoinAnswer as WireAnswer,
  type MembersDelta,
  wire,
  type WireMeta,
} from '@roomful/contract/protocol'
import { Emitter, Listeners, type Unsubscribe } from '../emitter.ts'
import { errorOf, isPermanent, requestedWaitMs } from '../errors.ts'
import type { CallOptions } from '../promises.ts'
import { retryDelay } from '../retry-delay.ts'
import type { HistoryMessages, HistoryQuery } from '../rooms/room.ts'
import { isOut, type RoomState } from '../rooms/room-state.ts'
import type { JoinAnswer, OutgoingMessages, RoomHost, RoomPart, SentMessage } from '../rooms/rooms-protocol.ts'
import { runCore } from '../run-core.ts'
import { InitialPages } from './initial-pages.ts'
import { RoomLog } from './log.ts'
import type { LiveEvent, LogInput, LogOutput, Since } from './log-steps.ts'
import { RoomMembers } from './room-members.ts'
import { entryOf, RoomReceiver } from './room-receiver.ts'
import { type RoomfulInternals, type RoomfulLink, roomfulRooms } from './roomful-rooms.ts'
import { RoomRequests } from './room-requests.ts'
import { isHead, isLogged, isMembersDelta, isRefused, readPack, removedBy } from './wire-messages.ts'

const FETCH_RETRY_MS = 1_000

interface Answer extends JoinAnswer {
  readonly since: Since | undefined
  readonly page: Omit<WireAnswer, 'ok'>
  /** Whether the join asked for the newest messages. */
  readonly hasInitial: boolean
}

/** One room on a server with `@roomful/server`: its log, its members, and the messages to it. */
export class RoomfulRoom implements RoomPart, RoomfulInternals {
  readonly host: RoomHost
  readonly link: RoomfulLink
  readonly nameError: RoomfulError | undefined
  readonly members: RoomMembers['store']
  readonly occupancy: RoomMembers['occupancy']
  readonly #members: RoomMembers
  readonly outgoing: OutgoingMessages
  readonly senders: RoomfulInternals['senders'] = new Emitter()
  presence: RoomfulInternals['presence'] = () => undefined
  hasPresence = false
  readonly #requests: RoomRequests
  readonly #receiver: RoomReceiver
  readonly #log = new RoomLog()
  readonly #runLog = runCore(
    (input: LogInput) => this.#log.step(input),
    (output) => this.#perform(output),
    () => this.host.events.endTurn(),
  )
  /** The protocol's own events of this room, such as `$typing`. */
  readonly #own = new Listeners<[unknown]>()
  /** Something of the room came since the last join was sent. If the app leaves, it is forgotten. */
  #hasEarly = false
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  readonly #initials = new InitialPages()

  constructor(host: RoomHost, link: RoomfulLink) {
    const { name } = host
    this.host = host
    this.link = link
    this.#requests = new RoomRequests(name, link)
    this.#receiver = new RoomReceiver(host, link.core)
    this.nameError = host.section === 'room' ? errorOf(() => assertRoomName(name)) : undefined
    const { schemas, reporting } = link.core
    this.#members = new RoomMembers(schemas, () => link.outbox.user ?? undefined, reporting.report)
    this.members = this.#members.store
    this.occupancy = this.#members.occupancy
    this.outgoing = {
      list: () => link.outbox.outgoing(name),
      watch: (listener) => link.outbox.watch(name, listener),
      discard: (id) => link.outbox.discard(name, id),
    }
    roomfulRooms.set(host, this)
  }

  async join(params: unknown): Promise<Answer> {
    const { since } = this.#log
    const last = Math.min(this.link.hello!.limits.page, this.#initials.count)
    this.#hasEarly = false
    const page = await this.#requests.join({
      since,
      presence: this.presence(),
      params,
      last: last || undefined,
    })
    return { acknowledged: true, since, page, hasInitial: last > 0 }
  }

  async leave(): Promise<void> {
    this.link.outbox.leave(this.host.name)
    await this.#requests.leave()
  }

  onState(state: RoomState): void {
    const { status, error } = state
    if (status === 'joining') {
      this.link.outbox.step({ type: 'joining', room: this.host.name })
      this.#runLog({ type: 'joining' })
    } else if (status !== 'joined') {
      clearTimeout(this.#retryTimer)
      this.#members.takeKept()
      this.#runLog({ type: isOut(state) ? 'left' : 'disconnected' })
      this.#noticeEarly(false)
    }
    // A join that is retried soon is a short outage: afterwards only the differences are told.
    if (isOut(state) || (status === 'failed' && isPermanent(error))) this.#members.show(undefined)
  }

  onAnswer({ page }: Answer): void {
    this.#members.show(page.members)
  }

  onJoined({ since, page, hasInitial }: Answer, isForApp: boolean): void {
    const { outbox, hello } = this.link
    outbox.step({ type: 'open', room: this.host.name, session: { epoch: page.epoch, ...hello!.limits } })
    if (!isForApp) return
    // A join that was answered with others may lack entries that the log has: then the timeline asks for them.
    const isWhole = page.entries.at(-1)?.seq === page.head || page.head < page.first
    if (hasInitial && isWhole && this.#log.continuesAt(page, since) === undefined)
      this.#initials.receive(this.#receiver.read(page, false))
    this.#runLog({ type: 'joined', page, since })
    for (const delta of this.#members.takeKept()) this.#receiveMembers(delta)
  }

  onRefused(error: RoomfulError): void {
    this.link.outbox.refuse(this.host.name, error)
  }

  onDisconnected(isStopped: boolean): void {
    this.link.outbox.close(this.host.name, isStopped || this.link.hasBye)
  }

  onUserChanged(): void {
    this.#runLog({ type: 'left' })
    this.#members.show(undefined)
  }

  emit(event: string, data: unknown, options: CallOptions): SentMessage {
    return this.link.outbox.emit(this.host.name, event, data, options)
  }

  volatile(event: string, data: unknown): boolean {
    return this.link.core.sender.volatile(wire.volatile, [{ room: this.host.name, event, data: data ?? null }])
  }

  async history(query: HistoryQuery): Promise<HistoryMessages> {
    const epoch = this.epoch()
    if (epoch === undefined)
      throw new RoomfulError('NOT_MEMBER', `unable to read room ${this.host.name}: join it first`)
    try {
      const page = await this.#requests.history(epoch, query)
      if (epoch === this.epoch()) this.onSeen(page.entries.at(-1)?.seq ?? 0)
      return this.#receiver.read(page, 'after' in query)
    } catch (error) {
      if ((error as RoomfulError).code === 'EPOCH' && epoch === this.epoch()) this.host.lost()
      throw error
    }
  }

  /** The app has got a message of the epoch that is followed: in a receipt, or in a page. */
  onSeen(seq: number): void {
    this.#log.step({ type: 'seen', seq })
  }

  isInUse(): boolean {
    const { link, members, occupancy, hasPresence } = this
    const isWatched = members.hasListeners() || occupancy.hasListeners() || this.#own.size > 0
    return hasPresence || link.outbox.holds(this.host.name) || isWatched
  }

  /** The epoch of the log that is followed; undefined before the first join. */
  epoch(): string | undefined {
    return this.#log.place?.epoch
  }

  isContinued(epoch: string): boolean {
    return this.#log.isContinued(epoch)
  }

  requestInitial(count: number): () => HistoryMessages | undefined {
    return this.#initials.request(count)
  }

  /** A room event. */
  receive(event: string, data: unknown, meta: WireMeta): void {
    const { from, at } = meta
    if (isLogged(meta)) this.#receive(event, meta.epoch, [entryOf(event, data, meta)])
    else this.#receive(event, '', [{ event, data, from, at }])
  }

  /** A message of the protocol. False where it is malformed, or has no listener. */
  receiveOwn(event: string, message: unknown): boolean {
    if (event === wire.members && isMembersDelta(message)) {
      this.#noticeEarly(true)
      this.#receiveMembers(message)
    } else if (event === wire.head && isHead(message)) {
      this.#noticeEarly(true)
      this.#runLog({ ...message, type: 'head' })
    } else if (event === wire.out && isRefused(message)) this.host.putOut(removedBy(message))
    else if (event === wire.events) return this.#receivePack(message)
    else return this.#emitOwn(event, message)
    return true
  }

  #receivePack(message: unknown): boolean {
    const pack = readPack(message)
    if (pack) this.#receive(wire.events, pack.epoch, pack.events)
    return pack !== undefined
  }

  /** The events of one packet. */
  #receive(packet: string, epoch: string, events: readonly LiveEvent[]): void {
    this.#noticeEarly(true)
    const { status } = this.host.state
    if (status === 'joined' || status === 'joining') this.#runLog({ type: 'live', epoch, events })
    else this.host.drop('in', packet, 'the room is not joined')
  }

  #receiveMembers(delta: MembersDelta): void {
    const { status } = this.host.state
    if (status === 'joining') this.#members.keep(delta)
    else if (status === 'joined' && !this.#members.receive(delta)) this.host.lost()
  }

  onOwn(event: string, handler: (message: unknown) => void): Unsubscribe {
    return this.#own.add(event, handler)
  }

  /** False where the event has no listener. */
  #emitOwn(event: string, message: unknown): boolean {
    const emitter = this.#own.of(event)
    emitter?.call([message], (error) => this.link.core.reporting.report(error, `${event} of ${this.host.name}`))
    return emitter !== undefined
  }

  /** Joins again where the app left during a join. The answer to that join lacks the messages that came after it. */
  #noticeEarly(isEvent: boolean): void {
    if (isEvent) this.#hasEarly ||= this.host.state.status !== 'joined'
    if (this.#hasEarly && isOut(this.host.state) && this.host.isBusy()) this.host.lost()
  }

  #perform(output: LogOutput): void {
    switch (output.type) {
      case 'deliver':
        return this.#deliver(output.entry, output.replayed)
      case 'volatile': {
        const { event, data, from, at } = output.event
        if (this.#log.status === 'joined') this.#receiver.emit(event, data, { from, at }, false)
        return
      }
      case 'gap':
        return this.#isFollowing() ? this.host.events.emitGap(output.gap) : undefined
      case 'continued':
        return this.link.outbox.step({ type: 'continued', room: this.host.name, epoch: output.epoch })
      case 'distrust':
        return this.link.outbox.step({ type: 'distrust', room: this.host.name })
      case 'rejoin':
        return this.host.lost()
      case 'fetch':
        return output.isRepeat ? this.#retryLater(output.join) : this.#fetch(output.join, output.epoch, output.after)
    }
  }

  #deliver(entry: Entry, replayed: boolean): void {
    if (!this.#isFollowing()) return
    const { event, data, from } = entry
    this.#receiver.emit(event, data, { ...entry, epoch: this.#log.place!.epoch }, replayed)
    this.senders.call([from], (error) => this.link.core.reporting.report(error, event))
  }

  /** False where a listener of an earlier event has left the room, even if it joins again. */
  #isFollowing(): boolean {
    return this.#log.place !== undefined && !isOut(this.host.state)
  }

  #fetch(join: number, epoch: string, after: number): void {
    this.#requests.history(epoch, { after }).then(
      (page) => this.#runLog({ type: 'page', join, page }),
      (error: RoomfulError) => {
        if (join !== this.#log.join) return
        if (error.code === 'EPOCH' || error.code === 'NOT_MEMBER') this.host.lost()
        else this.#retryLater(join, requestedWaitMs(error))
      },
    )
  }

  #retryLater(join: number, atLeastMs = 0): void {
    if (this.#log.status !== 'joined') return
    clearTimeout(this.#retryTimer)
    const retry = (): void => this.#runLog({ type: 'retry', join })
    this.#retryTimer = setTimeout(retry, retryDelay({ firstMs: FETCH_RETRY_MS, atLeastMs, jitter: 'half' }))
  }
}
