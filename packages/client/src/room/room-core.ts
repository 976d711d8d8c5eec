import { assertRoomName, type MembersDelta, RoomfulError, type WireMeta } from '@roomful/contract'
import type { Schemas } from '../events/schemas.ts'
import type { CallOptions } from '../events/sender.ts'
import type { Report } from '../guarded-store.ts'
import type { Inspect } from '../inspect.ts'
import { handled, untilDone, within } from '../promises.ts'
import { Membership } from './membership.ts'
import { Publisher } from './publisher.ts'
import type { Room } from './room.ts'
import { RoomInbox } from './room-inbox.ts'
import { RoomMembers } from './room-members.ts'
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
  /** How long a leave lets messages on their way go first. */
  readonly leaveWaitMs: number
  readonly schemas: Schemas
  readonly inspect: Inspect
  readonly report: Report
}

/** As many as may wait for the answer to a join. */
const MAX_EARLY = 1_000

/** One room: membership, what is heard, messages out, members. `room` is what the app sees of it. */
export class RoomCore {
  readonly room: Room
  readonly #name: string
  readonly #context: RoomContext
  readonly #membership: Membership
  readonly #inbox: RoomInbox
  readonly #members: RoomMembers
  readonly #publisher: Publisher
  /** What came right behind the answer to a join, before we took note of it: packets may come in bunches. */
  #early: (() => void)[] = []

  constructor(name: string, context: RoomContext) {
    const { isReady, stoppedBy, nextNumber, queueLimit, inspect, report } = context
    this.#name = name
    this.#context = context
    this.#inbox = new RoomInbox(name, context)
    this.#members = new RoomMembers(context.schemas, report)
    this.#membership = new Membership(
      {
        unusable: errorOf(() => assertRoomName(name)),
        isReady: () => context.protocol() !== undefined && isReady(),
        stoppedBy,
        enter: async (onLate) => this.#protocol().join(name, onLate),
        entered: (joined) => this.#entered(joined),
        exit: () => this.#exit(),
        changed: (from, to) => {
          inspect({ type: 'room', room: name, from, to })
          this.#follow(to.status, to.error)
        },
      },
      report,
    )
    const rejoin = () => void this.#membership.up(false)
    const dropped = (event: string, error: RoomfulError) => this.#drop('out', event, error.message, error)
    this.#publisher = new Publisher(name, queueLimit, { isReady, nextNumber, rejoin, dropped })
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
    const status = this.#status()
    // Joining again on the same connection, messages go on all the while.
    if (status === 'joined' || (status === 'joining' && this.#inbox.continues(meta)))
      this.#inbox.receive(event, data, meta)
    else if (status === 'joining' && meta.seq !== undefined) this.#keep(() => this.receive(event, data, meta))
    else this.#drop('in', event, 'not joined')
  }

  /**
   * An event of a plain server whose data names this room. It may come before the answer to our join, and a server that
   * recovers a connection sends what was missed before it says that we are connected.
   */
  receivePlain(event: string, data: unknown): void {
    const status = this.#status()
    if (status === 'joined' || status === 'joining' || status === 'suspended') this.#inbox.receivePlain(event, data)
    else this.#drop('in', event, 'not joined')
  }

  receiveMembers(delta: MembersDelta): void {
    const status = this.#status()
    if (status === 'joining') this.#keep(() => this.receiveMembers(delta))
    else if (status === 'joined' && !this.#members.receive(delta)) void this.#membership.up(false)
  }

  #keep(hear: () => void): void {
    this.#early.push(hear)
    if (this.#early.length > MAX_EARLY) this.#early.shift() // what is older came before the answer, most likely
  }

  #createRoom(): Room {
    const { autoConnect } = this.#context
    const membership = this.#membership
    const room: Room = {
      name: this.#name,
      get status() {
        return membership.store.getState().status
      },
      state: membership.store,
      members: this.#members.store,
      join: (options: CallOptions = {}) => {
        if (options.signal?.aborted) return handled(Promise.reject(options.signal.reason as Error))
        autoConnect()
        return handled(untilDone(membership.join(), options, `joining room ${this.#name}`).then(() => room))
      },
      leave: () => membership.leave(),
      retain: () => {
        autoConnect()
        return membership.retain()
      },
      on: (event: string, handler: unknown) => {
        const off = this.#inbox.on(event, handler as () => void)
        autoConnect()
        return off
      },
      emit: (event: string, ...args: unknown[]) => handled(this.#emit(event, args)),
      send: (...args: unknown[]) => handled(this.#emit('message', args)),
      volatile: { emit: (event: string, ...args: unknown[]) => this.#emitVolatile(event, args) },
      history: (query: HistoryQuery = {}) => handled(this.#history(query)),
    }
    return room
  }

  async #emit(event: string, args: readonly unknown[]) {
    this.#context.schemas.checkRoomEvent(event, args, false)
    const { status, error } = this.#membership.store.getState()
    if (status === 'suspended' && error) throw error
    if (status !== 'joining' && status !== 'joined' && status !== 'suspended')
      throw new RoomfulError('NOT_MEMBER', `unable to emit "${event}" to room ${this.#name}: join it first`, {
        ...(error && { cause: error }),
      })
    return this.#publisher.publish(event, args[0])
  }

  #emitVolatile(event: string, args: readonly unknown[]): void {
    this.#context.schemas.checkRoomEvent(event, args, true)
    if (this.#status() === 'joined' && this.#context.isReady()) this.#protocol().volatile(this.#name, event, args[0])
    else this.#drop('out', event, 'volatile, and not joined')
  }

  async #history(query: HistoryQuery) {
    const page = await this.#protocol().history(this.#name, this.#inbox.epoch, query)
    return { messages: this.#inbox.read(page), more: page.more }
  }

  #entered(joined: Joined): () => void {
    const gap = this.#inbox.joined(joined)
    const early = this.#early
    this.#members.show(joined.members)
    return () => {
      if (gap && this.#status() === 'joined') this.#inbox.tell(gap)
      for (const hear of early) hear()
    }
  }

  async #exit(): Promise<void> {
    await within(this.#context.leaveWaitMs, this.#publisher.idle())
    await this.#protocol().leave(this.#name)
  }

  #follow(status: Room['status'], error: RoomfulError | undefined): void {
    this.#early = []
    if (status === 'joining') this.#inbox.joining()
    if (status === 'joined') {
      const protocol = this.#context.protocol()
      if (protocol) this.#publisher.open(protocol, this.#inbox.epoch)
    } else if (status === 'left' || status === 'failed') {
      if (status === 'left') this.#inbox.left()
      this.#members.show(undefined)
      this.#publisher.fail(
        error ?? new RoomfulError('LEFT', `not sent: room ${this.#name} was left before the server had the message`),
      )
    } else if (error) this.#publisher.fail(error)
    else if (status !== 'leaving') this.#publisher.close()
  }

  #protocol(): RoomProtocol {
    const protocol = this.#context.protocol()
    if (protocol) return protocol
    throw new RoomfulError('DISCONNECTED', `unable to reach room ${this.#name}: not connected`)
  }

  #status(): Room['status'] {
    return this.#membership.store.getState().status
  }

  #drop(direction: 'in' | 'out', event: string, reason: string, error?: RoomfulError): void {
    const where = `${reason} (room ${this.#name})`
    this.#context.inspect({ type: 'drop', direction, event, reason: where, ...(error && { error }) })
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
