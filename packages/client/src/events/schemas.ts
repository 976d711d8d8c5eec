import { RoomfulError, type Target, type ValidationError } from '@roomful/contract'
import type { ContractChecks, EventSchemas } from '@roomful/contract/protocol'
import type { RoomName } from '../rooms/room.ts'

/** Gets each event that was dropped because the contract refuses its data. */
export type OnInvalid = (error: ValidationError, from: { readonly event: string; readonly room?: RoomName }) => void

/** The section of the contract that has a room's events. */
export type RoomSection = 'room' | 'inbox'

/** The room of an event that arrived. */
interface EventRoom {
  readonly name: string
  readonly section: RoomSection
}

/** Data that the contract accepts; undefined where it refused the data. */
export type Read = { readonly data: unknown } | undefined

/** Checks outgoing data against the contract, and parses incoming data. Without a contract, data passes as it is. */
export class Schemas {
  readonly #checks: ContractChecks | undefined
  readonly #assertEventName: (event: unknown) => void
  readonly #onInvalid: OnInvalid

  constructor(checks: ContractChecks | undefined, assertEventName: (event: unknown) => void, onInvalid: OnInvalid) {
    this.#checks = checks
    this.#assertEventName = assertEventName
    this.#onInvalid = onInvalid
  }

  get hasContract(): boolean {
    return this.#checks !== undefined
  }

  /** Throws for an event that this section cannot have. */
  assertListened(section: 'serverToClient' | RoomSection, event: string): EventSchemas | undefined {
    this.#assertEventName(event)
    return this.#checks?.find(section, event)
  }

  /** Throws unless the contract allows a client to send this event. */
  checkEvent(event: string, args: readonly unknown[]): EventSchemas | undefined {
    this.#assertEventName(event)
    assertNoCallback(event, args)
    return this.#checks?.check('clientToServer', event, args[0])
  }

  /** The same for an event with an ack. Returns the arguments to send: an event without data sends null, since handlers take the ack as second argument. */
  checkAsk(event: string, args: readonly unknown[]): readonly unknown[] {
    return this.checkEvent(event, args)?.data && args.length === 0 ? [null] : args
  }

  /** The data to send; throws unless the contract allows a client to send this event to a room, durable or volatile. */
  checkRoomEvent(event: string, args: readonly unknown[], volatile: boolean): unknown {
    this.#assertEventName(event)
    assertNoCallback(event, args)
    const schemas = this.#checks?.check('room', event, args[0])
    if (!schemas || schemas.volatile === volatile)
      return schemas?.amends ? withPlainTarget(args[0] as Amending) : args[0]
    const sentence = volatile ? 'is kept in order: use room.emit' : 'is volatile: use room.volatile.emit'
    throw new RoomfulError('INVALID_ARGUMENT', `"${event}" ${sentence}`)
  }

  /** The key of a room event that amends. */
  keyOf(event: string): string | undefined {
    return this.#checks?.find('room', event).key
  }

  /** Throws unless the contract accepts the params of a join. */
  checkJoinParams(params: unknown): void {
    if (params !== undefined) this.#checks?.parseValue('join', params)
  }

  /** The user's own presence as others will read it; throws unless the contract accepts it. */
  checkPresence(presence: unknown): unknown {
    return this.#checks ? this.#checks.parseValue('presence', presence) : presence
  }

  /** The server's answer, parsed; several values stay together in a list. */
  readAck(event: string, values: readonly unknown[]): unknown {
    const value = values.length > 1 ? values : values[0]
    return this.#checks ? this.#checks.parseAck('clientToServer', event, value) : value
  }

  /** Throws unless the contract accepts the client's answer to an event of the server. */
  checkAnswer(event: string, value: unknown): void {
    this.#checks?.parseAck('serverToClient', event, value)
  }

  /** The arguments for the client's listeners; undefined where the contract refuses them. */
  readEvent(event: string, args: readonly unknown[]): readonly unknown[] | undefined {
    const checks = this.#checks
    if (!checks) return args
    const data = typeof args[0] === 'function' ? undefined : args[0] // the acknowledgement of an event without data
    const read = this.#tried(() => checks.parse('serverToClient', event, data), event)
    return read && (read.data === undefined ? [] : [read.data])
  }

  readRoomEvent({ name, section }: EventRoom, event: string, data: unknown): Read {
    const checks = this.#checks
    return checks ? this.#tried(() => checks.parse(section, event, data), event, name) : { data }
  }

  readUser(user: unknown): never | undefined {
    return this.#readValue('user', user ?? undefined)
  }

  readPresence(presence: unknown): never | undefined {
    return this.#readValue('presence', presence)
  }

  #readValue(section: 'user' | 'presence', value: unknown): never | undefined {
    const checks = this.#checks
    if (!checks || value === undefined) return value as never
    return this.#tried(() => checks.parseValue(section, value), section)?.data as never
  }

  #tried(parse: () => unknown, event: string, room?: string): Read {
    try {
      return { data: parse() }
    } catch (error) {
      this.#onInvalid(error as ValidationError, room === undefined ? { event } : { event, room })
      return undefined
    }
  }
}

interface Amending {
  readonly target: Target
}

/** The target may be a message of a timeline: only its place is sent. */
function withPlainTarget({ target: { epoch, seq }, ...data }: Amending): Amending {
  return { ...data, target: { epoch, seq } }
}

function assertNoCallback(event: string, args: readonly unknown[]): void {
  if (typeof args.at(-1) === 'function')
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `emit("${event}") takes no callback: use emitWithAck, or the promise of room.emit`,
    )
}
