import { assertEventName, assertRoomName, RoomfulError, type WireMember, type WireMeta } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { Emitter, type Unsubscribe } from '../emitter.ts'
import type { Schemas } from '../events/schemas.ts'
import type { CallOptions } from '../events/sender.ts'
import { createGuardedStore, type Report } from '../guarded-store.ts'
import type { Inspect } from '../inspect.ts'
import { handled, untilDone } from '../promises.ts'
import { membersAfter, membersFrom, type MembersView } from './members.ts'
import { Membership } from './membership.ts'
import { Publisher } from './publisher.ts'
import type { Gap, Member, MessageMeta, Room } from './room.ts'
import type { HistoryQuery, Joined, RoomProtocol } from './room-protocol.ts'

/** What a room needs of its client. */
export interface RoomContext {
  /** How rooms are spoken of with the server that we are connected to. */
  readonly protocol: () => RoomProtocol | undefined
  readonly isReady: () => boolean
  /** Why nobody seeks a connection, if so. */
  readonly stoppedBy: () => RoomfulError | undefined
  readonly autoConnect: () => void
  readonly nextNumber: () => number
  readonly queueLimit: number
  readonly schemas: Schemas
  readonly inspect: Inspect
  readonly report: Report
}

type Handler = (data: unknown, meta?: unknown) => void
const NOBODY: ReadonlyMap<string, Member> = new Map()

/** One room: membership, listeners, messages out, members. `room` is what the app sees of it. */
export class RoomCore {
  readonly room: Room
  readonly #name: string
  readonly #context: RoomContext
  readonly #membership: Membership
  readonly #publisher: Publisher
  readonly #listeners = new Map<string, Emitter<[unknown, unknown?]>>()
  readonly #members: StoreApi<ReadonlyMap<string, Member>>
  #view: MembersView | undefined
  /** The newest message that we know of; what is between it and the log's head after an outage was missed. */
  #position: { readonly epoch: string; readonly last: number } | undefined
  #wasJoined = false

  constructor(name: string, context: RoomContext) {
    this.#name = name
    this.#context = context
    this.#members = createGuardedStore(NOBODY, context.report)
    this.#membership = new Membership(
      {
        unusable: errorOf(() => assertRoomName(name)),
        isReady: () => context.protocol() !== undefined && context.isReady(),
        stoppedBy: context.stoppedBy,
        enter: (onLate) => this.#enter(onLate),
        exit: async () => {
          await this.#publisher.idle()
          await this.#protocol().leave(name)
        },
        changed: (from, to) => {
          context.inspect({ type: 'room', room: name, from, to })
          this.#follow(to.status, to.error)
        },
      },
      context.report,
    )
    this.#publisher = new Publisher(name, context.queueLimit, {
      isReady: context.isReady,
      nextNumber: context.nextNumber,
      rejoin: () => void this.#membership.up(false),
    })
    this.room = this.#createRoom()
  }

  up(recovered: boolean): Promise<void> {
    return this.#membership.up(recovered)
  }

  down(error?: RoomfulError): void {
    this.#membership.down(error)
  }

  /** A room event of a server that speaks roomful/1. */
  receive(event: string, data: unknown, meta: WireMeta): void {
    if (this.#status() !== 'joined') return this.#drop(event, 'not joined')
    const position = this.#position
    if (position && meta.seq !== undefined && meta.epoch === position.epoch)
      this.#position = { epoch: position.epoch, last: Math.max(position.last, meta.seq) }
    this.#hear(event, data, this.#metaOf(meta, false))
  }

  /** An event of a plain server whose data names this room. */
  receivePlain(event: string, data: unknown): void {
    const status = this.#status()
    if (status !== 'joined' && status !== 'joining') return this.#drop(event, 'not joined')
    this.#hear(event, data, { id: undefined, seq: undefined, from: undefined, at: Date.now(), replayed: false })
  }

  receiveMembers(delta: Parameters<typeof membersAfter>[1]): void {
    if (!this.#view || this.#status() !== 'joined') return
    const view = membersAfter(this.#view, delta)
    if (view) return this.#showMembers(view)
    // A change was missed: the snapshot of another join has them all.
    const asked = this.#view
    this.#protocol()
      .join(this.#name, () => {})
      .then(
        ({ members }) => {
          if (members && this.#view === asked) this.#showMembers(membersFrom(members))
        },
        (error: unknown) => this.#context.report(error, `members of ${this.#name}`),
      )
  }

  #createRoom(): Room {
    const membership = this.#membership
    const store = membership.store
    const room: Room = {
      name: this.#name,
      get status() {
        return store.getState().status
      },
      state: store,
      members: this.#members,
      join: (options: CallOptions = {}) => {
        this.#context.autoConnect()
        return handled(untilDone(membership.join(), options, `joining room ${this.#name}`).then(() => room))
      },
      leave: () => membership.leave(),
      retain: () => {
        this.#context.autoConnect()
        return membership.retain()
      },
      on: (event: string, handler: unknown) => this.#on(event, handler as Handler),
      emit: (event: string, ...args: unknown[]) => handled(this.#emit(event, args)),
      send: (...args: unknown[]) => handled(this.#emit('message', args)),
      volatile: { emit: (event: string, ...args: unknown[]) => this.#emitVolatile(event, args) },
      history: (query: HistoryQuery = {}) => handled(this.#history(query)),
    }
    return room
  }

  #on(event: string, handler: Handler): Unsubscribe {
    if (event !== 'gap') assertEventName(event)
    this.#context.autoConnect()
    const known = this.#listeners.get(event)
    const emitter = known ?? new Emitter<[unknown, unknown?]>()
    if (!known) this.#listeners.set(event, emitter)
    return emitter.add(handler)
  }

  async #emit(event: string, args: readonly unknown[]) {
    this.#context.schemas.checkRoomEvent(event, args, false)
    const state = this.#membership.store.getState()
    if (state.status !== 'joining' && state.status !== 'joined' && state.status !== 'suspended')
      throw new RoomfulError('NOT_MEMBER', `unable to emit "${event}" to room ${this.#name}: join it first`, {
        ...(state.error && { cause: state.error }),
      })
    if (state.error) throw state.error
    return this.#publisher.publish(event, args[0])
  }

  #emitVolatile(event: string, args: readonly unknown[]): void {
    this.#context.schemas.checkRoomEvent(event, args, true)
    if (this.#status() !== 'joined' || !this.#context.isReady())
      return this.#drop(event, 'volatile, and not joined', 'out')
    this.#protocol().volatile(this.#name, event, args[0])
  }

  async #history(query: HistoryQuery) {
    const { entries, more } = await this.#protocol().history(this.#name, this.#position?.epoch, query)
    const messages = entries.flatMap((entry) => {
      const read = this.#context.schemas.readRoomEvent(this.#name, entry.event, entry.data)
      return read ? [{ event: entry.event, data: read.data, meta: this.#metaOf(entry, true) }] : []
    })
    return { messages, more }
  }

  async #enter(onLate: (refusal?: RoomfulError) => void): Promise<Joined> {
    const joined = await this.#protocol().join(this.#name, onLate)
    this.#raiseGap(joined)
    this.#position = joined.position && { epoch: joined.position.epoch, last: joined.position.head }
    if (joined.members) this.#showMembers(membersFrom(joined.members))
    return joined
  }

  /** A resume without replay says so. Nothing was missed where the log has not moved, or we were never in. */
  #raiseGap({ position: now }: Joined): void {
    if (!this.#wasJoined) return
    const before = this.#position
    if (!now || !before) return this.#gap({ from: undefined, to: undefined, reason: 'unsupported' })
    if (now.epoch !== before.epoch) return this.#gap({ from: undefined, to: now.head, reason: 'epoch' })
    if (now.head > before.last) this.#gap({ from: before.last + 1, to: now.head, reason: 'unsupported' })
  }

  #gap(gap: Gap): void {
    this.#listeners.get('gap')?.call([gap], (error) => this.#context.report(error, `gap of ${this.#name}`))
  }

  #follow(status: Room['status'], error: RoomfulError | undefined): void {
    if (status === 'joined') {
      this.#wasJoined = true
      const protocol = this.#context.protocol()
      if (protocol) this.#publisher.open(protocol, this.#position?.epoch)
    } else if (status === 'left' || status === 'failed') {
      this.#wasJoined = false
      this.#showMembers(undefined)
      this.#publisher.fail(
        error ?? new RoomfulError('LEFT', `not sent: room ${this.#name} was left before the server had the message`),
      )
    } else if (error) this.#publisher.fail(error)
    else if (status !== 'leaving') this.#publisher.close()
  }

  #hear(event: string, data: unknown, meta: MessageMeta): void {
    const emitter = this.#listeners.get(event)
    if (!emitter || emitter.size === 0) return
    const read = this.#context.schemas.readRoomEvent(this.#name, event, data)
    if (read) emitter.call([read.data, meta], (error) => this.#context.report(error, `${event} of ${this.#name}`))
  }

  #metaOf(wire: Partial<WireMeta> & Pick<WireMeta, 'from' | 'at'>, replayed: boolean): MessageMeta {
    const { id, seq, from, at } = wire
    return { id, seq, from: this.#context.schemas.readUser(from), at, replayed }
  }

  #showMembers(view: MembersView | undefined): void {
    if (view === this.#view) return
    this.#view = view
    const shown = view ? [...view.members].flatMap(([id, member]) => this.#memberOf(id, member)) : []
    this.#members.setState(shown.length > 0 ? new Map(shown) : NOBODY, true)
  }

  #memberOf(id: string, { user, presence }: WireMember): [string, Member][] {
    const read = this.#context.schemas.readUser(user)
    return read === undefined ? [] : [[id, { user: read, presence: this.#context.schemas.readPresence(presence) }]]
  }

  #protocol(): RoomProtocol {
    const protocol = this.#context.protocol()
    if (protocol) return protocol
    throw new RoomfulError('DISCONNECTED', `unable to reach room ${this.#name}: not connected`)
  }

  #status(): Room['status'] {
    return this.#membership.store.getState().status
  }

  #drop(event: string, reason: string, direction: 'in' | 'out' = 'in'): void {
    this.#context.inspect({ type: 'drop', direction, event, reason: `${reason} (room ${this.#name})` })
  }
}

function errorOf(check: () => void): RoomfulError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return RoomfulError.from(error)
  }
}
