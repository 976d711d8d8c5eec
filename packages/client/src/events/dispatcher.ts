import { RoomfulError } from '@roomful/contract'
import { assertListener, Listeners, type Unsubscribe } from '../emitter.ts'
import type { Reporting } from '../reporting.ts'
import type { RoomsProtocol } from '../rooms/rooms-protocol.ts'
import { type Answer, createQuestion, type Question, refusalFor } from './question.ts'
import type { Schemas } from './schemas.ts'

/** A server that sends more before the client is connected makes the attempt fail. */
const MAX_EARLY_PACKETS = 10_000
/** With more packets in the transport, answers are dropped: a server that asks and does not read may not fill the memory. */
export const MAX_UNSENT_ANSWERS = 10_000

/** Receives every packet, checks and parses it, and calls the listeners. SPEC.md, rules DS. */
export class Dispatcher {
  readonly #listeners = new Listeners<readonly unknown[]>()
  readonly #protocol: () => RoomsProtocol
  readonly #schemas: Schemas
  readonly #reporting: Reporting
  readonly #rejectAttempt: (error: RoomfulError) => boolean
  readonly #copy: (event: string, values: readonly unknown[]) => unknown[]
  readonly #sizeError: (values: readonly unknown[]) => RoomfulError | undefined
  readonly #isCongested: () => boolean
  /** Events whose listeners return answers. */
  readonly #answered = new Set<string>()
  /** Counts connections: an answer belongs to the connection that asked. */
  #turn = 0
  /** Packets that came before the client was connected, in order; undefined while it is. */
  #early: (readonly [event: string, args: unknown[]])[] | undefined = []

  /**
   * `rejectAttempt` ends the running attempt to connect; false where there is none. `copy` makes an answer's values what the
   * server will read, and throws where they cannot be encoded. `sizeError` is the error of those that the server does not take.
   * `isCongested`: too many packets are unsent for another answer.
   */
  constructor(
    protocol: () => RoomsProtocol,
    schemas: Schemas,
    reporting: Reporting,
    rejectAttempt: (error: RoomfulError) => boolean,
    copy: (event: string, values: readonly unknown[]) => unknown[],
    sizeError: (values: readonly unknown[]) => RoomfulError | undefined,
    isCongested: () => boolean,
  ) {
    this.#protocol = protocol
    this.#schemas = schemas
    this.#reporting = reporting
    this.#rejectAttempt = rejectAttempt
    this.#copy = copy
    this.#sizeError = sizeError
    this.#isCongested = isCongested
  }

  on(event: string, handler: (...args: unknown[]) => void): Unsubscribe {
    const schemas = this.#schemas.assertListened('serverToClient', event)
    if (!schemas?.ack) return this.#listeners.add(event, handler)
    assertListener(handler)
    this.#answered.add(event)
    return this.#listeners.add(event, (...args) => (args.at(-1) as Question).ask(handler, args.slice(0, -1)))
  }

  readonly receive = (event: string, args: unknown[]): void => {
    this.#reporting.inspect({ type: 'in', event, args })
    if (!this.#early) return this.#dispatch(event, args)
    if (this.#protocol().receiveEarly(event, args)) return
    const sentence = `the server sent more than ${MAX_EARLY_PACKETS} packets before the client was connected`
    const isTooMany = this.#early.length >= MAX_EARLY_PACKETS
    if (!isTooMany || !this.#rejectAttempt(new RoomfulError('INVALID', sentence))) this.#early.push([event, args])
  }

  /** The client is connected, and its listeners know: they get the packets that came before. */
  open(): void {
    const early = this.#early
    this.#early = undefined
    for (const [event, args] of early ?? []) if (!this.#early) this.#dispatch(event, args)
  }

  /** The connection or the attempt has ended. */
  close(): void {
    this.#turn += 1
    this.#early = []
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear()
  }

  #dispatch(event: string, args: unknown[]): void {
    if (this.#protocol().receive(event, args)) return
    const ack = args.at(-1)
    let answer: Answer | undefined
    if (typeof ack === 'function') {
      answer = this.#answerOf(event, ack as Answer)
      args[args.length - 1] = answer
      if (!this.#listeners.of(event)) this.#reporting.unanswered(event, 'no listener')
      else if (this.#schemas.hasContract && !this.#answered.has(event)) this.#refuseAck(event)
    }
    const question = this.#answered.has(event)
      ? createQuestion(event, answer, this.#schemas, this.#reporting)
      : undefined
    let isRead = false
    this.#listeners.emit(
      event,
      () => {
        const read = this.#schemas.readEvent(event, args)
        isRead = read !== undefined
        return read && question ? [...read, question] : read
      },
      (error) => this.#reporting.report(error, event),
    )
    if (isRead) question?.end()
  }

  #refuseAck(event: string): void {
    this.#reporting.unanswered(event, 'the contract has no ack for it')
    if (process.env.NODE_ENV !== 'production')
      this.#reporting.warnOnce(
        `ack ${event}`,
        `the server wants an answer to "${event}", which the contract does not have: serverToClient: { ${event}: { data, ack } }`,
      )
  }

  /** The server's acknowledgement, for the connection that brought it. Throws where the values cannot be encoded. */
  #answerOf(event: string, ack: Answer): Answer {
    const turn = this.#turn
    return (...values) => {
      let copy = this.#copy(event, values)
      const isLate = turn !== this.#turn
      if (isLate || this.#isCongested()) {
        const reason = isLate ? 'the connection that asked has ended' : 'the server does not read its answers'
        return this.#reporting.inspect({ type: 'drop', direction: 'out', event, reason })
      }
      const error = this.#sizeError(copy)
      if (error) {
        this.#reporting.report(error, event)
        copy = [refusalFor(error)]
      }
      this.#reporting.inspect({ type: 'answer', event, args: copy })
      ack(...copy)
    }
  }
}
