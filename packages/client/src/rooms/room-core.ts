import { RoomfulError } from '@roomful/contract'
import { assertRoomName, type MembersDelta, type WireMeta } from '@roomful/contract/protocol'
import type { CallOptions } from '../events/sender.ts'
import { isForGood } from '../events/refusal.ts'
import { assertNumber } from '../options.ts'
import { handled, untilDone } from '../promises.ts'
import type { HistoryMessages } from '../timeline/timeline-source.ts'
import { Membership } from './membership.ts'
import type { Room } from './room.ts'
import type { RoomContext } from './room-context.ts'
import { type RoomInside, insides } from './room-inside.ts'
import { RoomInbox } from './room-inbox.ts'
import { RoomMembers } from '../roomful/room-members.ts'
import type { HistoryQuery, Joined, RoomProtocol } from './room-protocol.ts'
import { isOut, type RoomState } from './room-state.ts'
import { RoomVoice } from './room-voice.ts'

/** As many as may wait for the answer to a join. */
const MAX_EARLY = 1_000

/** One room: membership, what is heard, messages out, members. `room` is what the app sees of it. */
export class RoomCore implements RoomInside {
  readonly room: Room
  readonly name: string
  readonly context: RoomContext
  readonly #membership: Membership
  readonly inbox: RoomInbox
  readonly #members: RoomMembers
  readonly voice: RoomVoice
  /** Changes of who is here that came before the answer to our join: packets may come in bunches. */
  #early: MembersDelta[] = []
  /** Our own state, as it goes with each join. */
  presence: () => unknown = () => undefined

  constructor(name: string, context: RoomContext) {
    const { isReady, stoppedBy, outbox, schemas, inspect, report } = context
    this.name = name
    this.context = context
    this.#members = new RoomMembers(schemas, report)
    this.inbox = new RoomInbox(name, {
      schemas,
      report,
      fetch: async (epoch, after) => this.#protocol().history(name, epoch, { after }),
      rejoin: () => this.rejoin(),
    })
    this.#membership = new Membership(
      {
        unusable: errorOf(() => assertRoomName(name)),
        isReady: () => context.protocol() !== undefined && isReady(),
        stoppedBy,
        enter: async (onLate) => this.#protocol().join(name, this.inbox.since, onLate, this.presence()),
        entered: (joined) => this.#entered(joined),
        isNeeded: () => outbox.holds(name),
        admitted: (joined) => this.#open(joined),
        turnedAway: (error) => outbox.refused(name, error),
        exit: async () => {
          outbox.close(name, true)
          await this.#protocol().leave(name)
        },
        changed: (from, to) => {
          inspect({ type: 'room', room: name, from, to })
          this.#follow(to)
        },
      },
      report,
    )
    this.voice = new RoomVoice(name, {
      schemas,
      outbox,
      state: () => this.#membership.store.getState(),
      protocol: () => (isReady() ? context.protocol() : undefined),
      dropped: (event, reason) => this.drop('out', event, reason),
    })
    this.room = this.#createRoom()
    insides.set(this.room, this)
  }

  up(recovered: boolean): Promise<void> {
    return this.#membership.up(recovered)
  }

  down(error?: RoomfulError): void {
    this.context.outbox.close(this.name, error !== undefined)
    this.#membership.down(error)
  }

  rejoin(): void {
    this.#membership.rejoin()
  }

  /** Messages wait here that another page left. */
  needed(): void {
    void this.#membership.errand()
  }

  /** No messages wait any more. */
  idle(): void {
    void this.#membership.idle()
  }

  /** A room event of a server that speaks roomful/1. */
  receive(event: string, data: unknown, meta: WireMeta): void {
    const status = this.#status()
    if (status === 'joined' || status === 'joining') this.inbox.receive(event, data, meta)
    else this.drop('in', event, 'not joined')
  }

  receiveHead(epoch: string, seq: number): void {
    this.inbox.receiveHead(epoch, seq)
  }

  /**
   * An event of a plain server whose data names this room. It may come before the answer to our join, and a server that
   * recovers a connection sends what was missed before it says that we are connected.
   */
  receivePlain(event: string, data: unknown): void {
    const status = this.#status()
    if (status === 'joined' || status === 'joining' || status === 'suspended') this.inbox.receivePlain(event, data)
    else this.drop('in', event, 'not joined')
  }

  receiveMembers(delta: MembersDelta): void {
    const status = this.#status()
    if (status === 'joining') {
      this.#early.push(delta)
      if (this.#early.length > MAX_EARLY) this.#early.shift() // the answer knows of it, most likely
    } else if (status === 'joined' && !this.#members.receive(delta)) this.rejoin()
  }

  /** What the server says of this room beside its messages and members. */
  receiveOurs(event: string, message: unknown): void {
    if (!this.inbox.tell(event, message)) this.drop('in', event, 'nobody listens')
  }

  #createRoom(): Room {
    const { autoConnect } = this.context
    const membership = this.#membership
    const join = async (options: CallOptions): Promise<Room> => {
      options.signal?.throwIfAborted()
      assertNumber('timeoutMs', options.timeoutMs)
      autoConnect()
      await untilDone(membership.join(), options, `joining room ${this.name}`)
      return room
    }
    const emit = async (event: string, args: unknown[]) => this.voice.publish(event, args).receipt
    const room: Room = {
      name: this.name,
      get status() {
        return membership.store.getState().status
      },
      state: membership.store,
      members: this.#members.store,
      join: (options: CallOptions = {}) => handled(join(options)),
      leave: () => membership.leave(),
      retain: () => {
        autoConnect()
        return membership.retain()
      },
      on: (event: string, handler: unknown) => {
        const off = this.inbox.on(event, handler as () => void)
        autoConnect()
        return off
      },
      emit: (event: string, ...args: unknown[]) => handled(emit(event, args)),
      send: (...args: unknown[]) => handled(emit('message', args)),
      volatile: { emit: (event: string, ...args: unknown[]) => this.voice.volatile(event, args) },
      history: (query: HistoryQuery = {}) => handled(this.history(query)),
    }
    return room
  }

  async history(query: HistoryQuery): Promise<HistoryMessages> {
    const page = await this.#protocol().history(this.name, this.inbox.since?.epoch, query)
    return { messages: this.inbox.read(page), more: page.more }
  }

  #entered(joined: Joined): () => void {
    const early = this.#early
    this.#members.show(joined.members)
    return () => {
      if (this.#status() !== 'joined') return
      this.#open(joined)
      this.inbox.joined(joined.page)
      for (const delta of early) this.receiveMembers(delta)
    }
  }

  /** P8: only now may messages go. */
  #open({ page }: Joined): void {
    const { protocol, outbox } = this.context
    const now = protocol()
    if (now) outbox.open(this.name, now.session(page?.epoch))
  }

  #follow(state: RoomState): void {
    const { status, error } = state
    this.#early = []
    if (status === 'joining') this.inbox.joining()
    else if (status === 'suspended' || status === 'failed') this.inbox.away()
    else if (isOut(state)) this.inbox.left()
    // A join that is tried again soon is an outage: only what differs afterwards is told.
    if (isOut(state) || (status === 'failed' && isForGood(error))) this.#members.show(undefined)
  }

  #protocol(): RoomProtocol {
    const protocol = this.context.protocol()
    if (protocol) return protocol
    throw new RoomfulError('DISCONNECTED', `unable to reach room ${this.name}: not connected`)
  }

  #status(): Room['status'] {
    return this.#membership.store.getState().status
  }

  drop(direction: 'in' | 'out', event: string, reason: string): void {
    this.context.inspect({ type: 'drop', direction, event, reason: `${reason} (room ${this.name})` })
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
