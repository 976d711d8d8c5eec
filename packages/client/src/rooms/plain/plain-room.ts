import { RoomfulError } from '@roomful/contract'
import type { ClientCore } from '../../client-core.ts'
import { refusalIn, withVerdict } from '../../errors.ts'
import { type CallOptions, within } from '../../promises.ts'
import { createConstantStore, type ReadonlyStore } from '../../store.ts'
import { type HistoryMessages, type Member, type MessageMeta, type Occupancy, UNKNOWN_OCCUPANCY } from '../room.ts'
import type { RoomState } from '../room-state.ts'
import type { JoinAnswer, RoomHost, RoomPart, SentMessage } from '../rooms-protocol.ts'
import { PlainMessages } from './plain-messages.ts'
import { ACK_WAIT_MS, callFrom, plainNameError, type PlainSettings } from './plain-options.ts'
import type { EventCall } from './plain-types.ts'

/** One room on a server that does not speak roomful/1. It knows only whether the server has accepted the join. */
export class PlainRoom implements RoomPart {
  readonly nameError: RoomfulError | undefined
  readonly members: ReadonlyStore<ReadonlyMap<string, Member>> = createConstantStore(new Map())
  readonly occupancy: ReadonlyStore<Occupancy> = createConstantStore(UNKNOWN_OCCUPANCY)
  readonly outgoing: PlainMessages
  readonly #host: RoomHost
  readonly #core: ClientCore
  readonly #settings: PlainSettings
  readonly #newId: () => string
  #params: unknown
  /** The client has joined the room on this connection, so messages may be sent. */
  #isIn = false
  #wasJoined = false
  /** Events may have been missed since the room was joined last. */
  #isGapDue = false

  constructor(host: RoomHost, core: ClientCore, settings: PlainSettings, newId: () => string) {
    this.#host = host
    this.#core = core
    this.#settings = settings
    this.#newId = newId
    this.nameError =
      host.section === 'inbox'
        ? new RoomfulError('UNSUPPORTED', 'client.inbox needs roomful()')
        : plainNameError(host.name)
    const callFor = (event: string, data: unknown, id: string): EventCall => this.#callFor(event, data, id)
    this.outgoing = new PlainMessages({ host, core, settings, newId, callFor, isIn: () => this.#isIn })
  }

  async join(params: unknown, onLate: (error?: RoomfulError) => void): Promise<JoinAnswer> {
    const { join, acks } = this.#settings
    const { settings, reporting } = this.#core
    const { name } = this.#host
    this.#params = params
    const call = join && callFrom('join', () => join(name, params))
    if (!call) return { acknowledged: false }
    if (acks === false) return this.#write(call)
    const answer = this.#request(call, acks ? settings.joinTimeoutMs : settings.ackTimeoutMs)
    if (acks) return answer
    const waitMs = Math.min(ACK_WAIT_MS, settings.joinTimeoutMs)
    if (await within(waitMs, answer)) return answer
    answer.then(
      () => onLate(),
      (error: RoomfulError) => error.refusal && onLate(error),
    )
    if (process.env.NODE_ENV !== 'production')
      reporting.warnOnce(
        'acks',
        `the server did not acknowledge the join of room ${name} within ${waitMs} ms, so the client cannot know whether it understood "${call[0]}". If it takes another event or other arguments, give plainRooms({ join }); if it never acknowledges a join, give plainRooms({ acks: false })`,
      )
    return { acknowledged: false }
  }

  async leave(): Promise<void> {
    const { leave, acks } = this.#settings
    this.#isIn = false
    let call: EventCall | false
    try {
      call = leave && callFrom('leave', () => leave(this.#host.name, this.#params))
    } catch (error) {
      this.#core.reporting.report(error, 'leave') // the caller of `leave` would not learn of this error
      throw error
    }
    if (!call) return
    if (acks === false) this.#write(call)
    else await within(ACK_WAIT_MS, this.#request(call, this.#core.settings.ackTimeoutMs))
  }

  onConnected(isRecovered: boolean): void {
    this.#isIn = false
    if (isRecovered) this.#isGapDue = false
  }

  onState({ status, error }: RoomState): void {
    const isOver = status === 'left' || status === 'leaving'
    if (status === 'failed') this.#isIn = false
    if (status === 'joined') this.#wasJoined = true
    else if (status === 'suspended' || status === 'failed') this.#isGapDue = this.#wasJoined
    else if (isOver) this.#wasJoined = this.#isGapDue = false
    if (isOver) this.outgoing.endEchoes()
    else if (status === 'suspended') this.outgoing.endEchoes('the connection was lost')
    else if (status === 'failed') this.outgoing.endEchoes(error.message)
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

  /** An event of the room, under the name that its listeners know. */
  receive(event: string, data: unknown, id: string | undefined): void {
    const { status } = this.#host.state
    if (status !== 'joined' && status !== 'joining') return this.#host.drop('in', event, 'the room is not joined')
    const { name, events } = this.#host
    const { schemas, reporting } = this.#core
    const meta: MessageMeta = { id, seq: undefined, epoch: undefined, from: undefined, at: Date.now(), replayed: false }
    const parse = (): [unknown, MessageMeta] | undefined => {
      const read = schemas.readRoomEvent(this.#host, event, data)
      return read && [read.data, meta]
    }
    events.listeners.emit(event, parse, (error) => reporting.report(error, `${event} of ${name}`))
    events.endTurn()
    if (id !== undefined) this.outgoing.echoed(id)
  }

  emit(event: string, data: unknown, options: CallOptions): SentMessage {
    return this.outgoing.send(event, data, options)
  }

  volatile(event: string, data: unknown): boolean {
    const [wireEvent, ...args] = this.#callFor(event, data, this.#newId())
    return this.#core.sender.volatile(wireEvent, args)
  }

  history(): Promise<HistoryMessages> {
    return Promise.reject(
      new RoomfulError('UNSUPPORTED', 'plainRooms() has no history: mount @roomful/server and use roomful()'),
    )
  }

  isInUse(): boolean {
    return this.outgoing.isInUse
  }

  #callFor(event: string, data: unknown, id: string): EventCall {
    return callFrom('emit', () => this.#settings.emit(this.#host.name, event, data, { id, params: this.#params }))
  }

  #write([event, ...args]: EventCall): JoinAnswer {
    if (this.#core.sender.write(event, args)) return { acknowledged: false }
    throw new RoomfulError('DISCONNECTED', `"${event}" was not sent: not connected`)
  }

  async #request([event, ...args]: EventCall, timeoutMs: number): Promise<JoinAnswer> {
    const { sender, reporting } = this.#core
    const values = await sender.requestNow(event, args, { timeoutMs })
    const refusal = refusalIn(values, this.#settings)
    if (refusal) throw withVerdict(refusal, this.#settings, reporting.report)
    return { acknowledged: true }
  }
}
