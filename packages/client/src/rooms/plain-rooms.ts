import { type Receipt, RoomfulError } from '@roomful/contract'
import { assertPlainEventName } from '@roomful/contract/protocol'
import type { ClientCore, RoomsOption } from '../client-core.ts'
import type { Guarantees } from '../connection/connection-state.ts'
import { Emitter } from '../emitter.ts'
import { refusalIn } from '../errors.ts'
import { abortReason, type CallOptions, handled, within } from '../promises.ts'
import { createConstantStore, createGuardedStore, type ReadonlyStore } from '../store.ts'
import {
  callFrom,
  type EventCall,
  isPlainName,
  plainNameError,
  type PlainRooms,
  plainSettings,
} from './plain-options.ts'
import type { HistoryMessages, Member, MessageMeta } from './room.ts'
import { roomNamed } from './room-named.ts'
import type { RoomState } from './room-state.ts'
import type {
  ClientOutbox,
  JoinAnswer,
  OutboxStatus,
  OutgoingMessage,
  OutgoingMessages,
  RoomHost,
  RoomPart,
  RoomsProtocol,
  SentMessage,
} from './rooms-protocol.ts'

/**
 * Speaks of rooms with any Socket.IO server (Node, Flask, …). This is the default of `createClient`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option of the wrong type.
 * @example createClient({ url, rooms: plainRooms({ join: (room) => ['subscribe', room], emit: (room, event, data) => [event, room, data] }) })
 */
export function plainRooms(options: PlainRooms = {}): RoomsOption {
  const settings = plainSettings(options)
  return {
    kind: 'plain',
    assertEventName: assertPlainEventName,
    createProtocol: (core) => createPlainProtocol(core, settings),
  }
}

const GUARANTEES: Guarantees = { rooms: 'plain', order: false, replay: false, exactlyOnce: false, outbox: 'none' }

function createPlainProtocol(core: ClientCore, settings: Required<PlainRooms>): RoomsProtocol {
  const { reporting, sender } = core
  const rooms = new WeakMap<RoomHost, PlainRoom>()

  return {
    kind: 'plain',
    serverInfo: { user: undefined, guarantees: GUARANTEES },
    clientOutbox: createOutbox(core),
    createPart(host) {
      const room = new PlainRoom(host, core, settings)
      rooms.set(host, room)
      return room
    },
    receiveEarly: () => false,
    receive(event, args) {
      if (process.env.NODE_ENV !== 'production' && event === '$hello')
        reporting.warnOnce(
          event,
          'the server speaks roomful/1: createClient({ rooms: roomful() }) gives order, replay and an outbox',
        )
      try {
        const name = settings.roomOf(event, args[0])
        const host = isPlainName(name) ? roomNamed(core.rooms, name) : undefined
        if (host) rooms.get(host)?.receive(event, args[0])
      } catch (error) {
        reporting.report(error, 'roomOf')
      }
      return false
    },
    userId: () => undefined,
    onConnecting: () => {},
    onConnected: (isRecovered) => {
      for (const host of core.rooms.all()) rooms.get(host)?.onConnected(isRecovered)
      return false
    },
    onStopped: (error) => sender.clear(error),
    close: () => {},
  }
}

/** With a plain server nothing is sent again: `client.outbox` counts the queue of emits. */
function createOutbox({ sender, reporting }: ClientCore): ClientOutbox {
  const statusOf = (queued: number): OutboxStatus => ({ queued, sending: 0, storage: 'none', waitingForUser: 0 })
  const { getState, getInitialState, subscribe, setState } = createGuardedStore(statusOf(0), reporting.report)
  sender.queued.subscribe((queued) => setState(statusOf(queued), true))
  const clear = async (): Promise<void> =>
    sender.clear(new RoomfulError('DISCARDED', 'client.outbox.clear() was called'))
  return { getState, getInitialState, subscribe, clear }
}

/** Counts the messages of all rooms: each id is unique in its page. */
let messages = 0

/** One room on a server that does not speak roomful/1. It knows only whether the server has accepted the join. */
class PlainRoom implements RoomPart {
  readonly nameError: RoomfulError | undefined
  readonly members: ReadonlyStore<ReadonlyMap<string, Member>> = createConstantStore(new Map())
  readonly outgoing: OutgoingMessages
  readonly #host: RoomHost
  readonly #core: ClientCore
  readonly #settings: Required<PlainRooms>
  readonly #queued = new Map<string, OutgoingMessage>()
  readonly #discards = new Map<string, (error: Error) => void>()
  readonly #watchers = new Emitter<[OutgoingMessage]>()
  #params: unknown
  /** The client has joined the room on this connection, so messages may be sent. */
  #isIn = false
  #wasJoined = false
  /** Events may have been missed since the room was joined last. */
  #isGapDue = false

  constructor(host: RoomHost, core: ClientCore, settings: Required<PlainRooms>) {
    this.#host = host
    this.#core = core
    this.#settings = settings
    this.nameError = plainNameError(host.name)
    this.outgoing = {
      list: () => [...this.#queued.values()],
      watch: (listener) => this.#watchers.add(listener),
      discard: (id) =>
        this.#discards.get(id)?.(new RoomfulError('DISCARDED', `message ${id} of room ${host.name} was discarded`)),
    }
  }

  async join(params: unknown, onLate: (error?: RoomfulError) => void): Promise<JoinAnswer> {
    const { join, ackWaitMs } = this.#settings
    this.#params = params
    const answer = this.#request(callFrom('join', () => join(this.#host.name, params)))
    const acknowledged = await within(Math.min(ackWaitMs, this.#core.settings.joinTimeoutMs), answer)
    if (!acknowledged)
      answer.then(
        () => onLate(),
        (error: RoomfulError) => error.refusal && onLate(error),
      )
    return { acknowledged }
  }

  async leave(): Promise<void> {
    const { leave, ackWaitMs } = this.#settings
    this.#isIn = false
    let call: EventCall
    try {
      call = callFrom('leave', () => leave(this.#host.name, this.#params))
    } catch (error) {
      this.#core.reporting.report(error, 'leave') // no promise and no state tells it
      throw error
    }
    await within(ackWaitMs, this.#request(call))
  }

  onConnected(isRecovered: boolean): void {
    this.#isIn = false
    if (isRecovered) this.#isGapDue = false
  }

  onState({ status }: RoomState): void {
    if (status === 'failed') this.#isIn = false
    if (status === 'joined') this.#wasJoined = true
    else if (status === 'suspended' || status === 'failed') this.#isGapDue = this.#wasJoined
    else if (status === 'left' || status === 'leaving') this.#wasJoined = this.#isGapDue = false
  }

  onJoined(_answer: JoinAnswer, isForApp: boolean): void {
    if (isForApp && this.#isGapDue) this.#host.events.emitGap({ from: undefined, to: undefined, reason: 'unsupported' })
    this.#isGapDue = false
    this.#isIn = true // after the listeners of the gap: an emit of theirs follows the queue
    this.#core.sender.flush()
  }

  onRefused(error: RoomfulError): void {
    this.#core.sender.clear(error, this.#host.name)
  }

  receive(event: string, data: unknown): void {
    const { status } = this.#host.state
    if (status !== 'joined' && status !== 'joining') return this.#host.drop('in', event, 'the room is not joined')
    const { name, events } = this.#host
    const { schemas, reporting } = this.#core
    const meta: MessageMeta = { id: undefined, seq: undefined, from: undefined, at: Date.now(), replayed: false }
    const parse = (): [unknown, MessageMeta] | undefined => {
      const read = schemas.readRoomEvent(name, event, data)
      return read && [read.data, meta]
    }
    events.listeners.emit(event, parse, (error) => reporting.report(error, `${event} of ${name}`))
  }

  emit(event: string, given: unknown, { timeoutMs, signal }: CallOptions): SentMessage {
    const { name } = this.#host
    const [data] = given === undefined ? [] : this.#core.sender.copy(event, [given])
    const [wireEvent, ...args] = this.#callFor(event, data)
    const id = `plain:${++messages}`
    const aborting = new AbortController()
    let reason: Error | undefined // kept here: older engines ignore the reason given to `abort`
    const discard = (error: Error): void => {
      reason = error
      aborting.abort()
    }
    const abort = (): void => discard(abortReason(signal))
    signal?.addEventListener('abort', abort)
    this.#discards.set(id, discard)
    this.#show({ id, event, data, state: 'queued' })
    const written = this.#core.sender.emitWhenDue(
      { room: name, event: wireEvent, args, isDue: () => this.#isIn },
      { ...(timeoutMs !== undefined && { timeoutMs }), signal: aborting.signal },
    )
    const receipt = written
      .finally(() => {
        signal?.removeEventListener('abort', abort)
        this.#discards.delete(id)
      })
      .then(
        (): Receipt => {
          this.#show({ id, event, data, state: 'unknown' })
          return { confirmed: false, id }
        },
        (cause: Error) => {
          const error = reason ?? cause
          this.#show({ id, event, data, state: 'rejected', error: RoomfulError.from(error) })
          throw error
        },
      )
    return { id, receipt: handled(receipt) }
  }

  volatile(event: string, data: unknown): boolean {
    const [wireEvent, ...args] = this.#callFor(event, data)
    return this.#core.sender.volatile(wireEvent, args)
  }

  history(): Promise<HistoryMessages> {
    return Promise.reject(
      new RoomfulError('UNSUPPORTED', 'plainRooms() has no history: mount @roomful/server and use roomful()'),
    )
  }

  isInUse(): boolean {
    return this.#queued.size > 0 || this.#watchers.size > 0
  }

  #callFor(event: string, data: unknown): EventCall {
    return callFrom('emit', () => this.#settings.emit(this.#host.name, event, data, this.#params))
  }

  async #request([event, ...args]: EventCall): Promise<void> {
    const { sender, settings } = this.#core
    const values = await sender.requestNow(event, args, { timeoutMs: settings.ackTimeoutMs })
    const refusal = refusalIn(values, settings.refusalOf)
    if (refusal) throw refusal
  }

  #show(message: OutgoingMessage): void {
    if (message.state === 'queued') this.#queued.set(message.id, message)
    else this.#queued.delete(message.id)
    this.#watchers.call([message], (error) => this.#core.reporting.report(error, 'timeline'))
    this.#host.setNeeded(this.#queued.size > 0)
  }
}
