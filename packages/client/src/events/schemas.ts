import { type ContractDefinition, RoomfulError, ValidationError } from '@roomful/contract'
import { assertEventName, eventIn, type EventSchemas, validate } from '@roomful/contract/protocol'

/** Gets each event that was dropped because the contract refuses its data. */
export type OnInvalid = (error: ValidationError, from: { readonly event: string; readonly room?: string }) => void

/** Data that the contract accepts; undefined where it refused the data. */
export type Read = { readonly data: unknown } | undefined

/** Checks outgoing data against the contract, and parses incoming data. Without a contract, data passes as it is. */
export class Schemas {
  readonly #definition: ContractDefinition | undefined
  readonly #onInvalid: OnInvalid

  constructor(definition: ContractDefinition | undefined, onInvalid: OnInvalid) {
    this.#definition = definition
    this.#onInvalid = onInvalid
  }

  /** Throws for an event that this section cannot have. */
  assertListened(section: 'serverToClient' | 'room', event: string): void {
    assertEventName(event)
    this.#find(section, event)
  }

  /** Throws unless the contract allows a client to send this event. */
  checkEvent(event: string, args: readonly unknown[]): EventSchemas | undefined {
    assertEventName(event)
    if (typeof args.at(-1) === 'function')
      throw new RoomfulError('INVALID_ARGUMENT', `emit("${event}") takes no callback: use emitWithAck`)
    return this.#check('clientToServer', event, args)
  }

  /** The same for an event with an ack. Returns the arguments to send: an event without data sends null, since handlers take the ack as second argument. */
  checkAsk(event: string, args: readonly unknown[]): readonly unknown[] {
    return this.checkEvent(event, args)?.data && args.length === 0 ? [null] : args
  }

  /** Throws unless the contract allows a client to send this event to a room, durable or volatile. */
  checkRoomEvent(event: string, args: readonly unknown[], volatile: boolean): void {
    assertEventName(event)
    const schemas = this.#check('room', event, args)
    if (!schemas || schemas.volatile === volatile) return
    const sentence = volatile
      ? `"${event}" is kept in order: use room.emit`
      : `"${event}" is volatile: use room.volatile.emit`
    throw new RoomfulError('INVALID_ARGUMENT', sentence)
  }

  /** Throws unless the contract accepts the params of a join. */
  checkJoinParams(params: unknown): void {
    const schema = this.#definition?.join
    if (schema) validate(schema, params, 'join')
  }

  /** The user's own presence as others will read it; throws unless the contract accepts it. */
  checkPresence(presence: unknown): unknown {
    const schema = this.#definition?.presence
    return schema ? validate(schema, presence, 'presence') : presence
  }

  /** The server's answer, parsed; several values stay together in a list. */
  readAck(event: string, values: readonly unknown[]): unknown {
    const value = values.length > 1 ? values : values[0]
    const ack = this.#definition && eventIn(this.#definition, 'clientToServer', event)?.ack
    return ack ? validate(ack, value, event) : value
  }

  /** The arguments for the client's listeners; undefined where the contract refuses them. */
  readEvent(event: string, args: readonly unknown[]): readonly unknown[] | undefined {
    if (!this.#definition) return args
    const read = this.#read('serverToClient', event, args[0])
    return read && (read.data === undefined ? [] : [read.data])
  }

  readRoomEvent(room: string, event: string, data: unknown): Read {
    return this.#definition ? this.#read('room', event, data, room) : { data }
  }

  readUser(user: unknown): never | undefined {
    if (user === null || user === undefined) return undefined
    return this.#readAs('user', user)
  }

  readPresence(presence: unknown): never | undefined {
    return presence === undefined ? undefined : this.#readAs('presence', presence)
  }

  #readAs(section: 'user' | 'presence', value: unknown): never | undefined {
    const schema = this.#definition?.[section]
    if (!schema) return value as never
    return this.#tried(() => validate(schema, value, section), section)?.data as never
  }

  #read(section: 'serverToClient' | 'room', event: string, data: unknown, room?: string): Read {
    const parse = (): unknown => {
      const schemas = this.#definition && eventIn(this.#definition, section, event)
      if (schemas) return validate(schemas.data, data, event)
      throw new ValidationError(event, [{ message: `the contract has no such event in ${section}` }])
    }
    return this.#tried(parse, event, room)
  }

  #tried(parse: () => unknown, event: string, room?: string): Read {
    try {
      return { data: parse() }
    } catch (error) {
      const invalid =
        error instanceof ValidationError
          ? error
          : new ValidationError(event, [{ message: String(error) }], { cause: error })
      this.#onInvalid(invalid, room === undefined ? { event } : { event, room })
      return undefined
    }
  }

  #check(section: 'clientToServer' | 'room', event: string, args: readonly unknown[]): EventSchemas | undefined {
    const schemas = this.#find(section, event)
    if (schemas) validate(schemas.data, args[0], event)
    return schemas
  }

  /** The event's schemas; throws where there is a contract that does not know the event. */
  #find(section: 'clientToServer' | 'serverToClient' | 'room', event: string): EventSchemas | undefined {
    const definition = this.#definition
    const schemas = definition && eventIn(definition, section, event)
    if (schemas || !definition) return schemas
    const known = Object.keys(definition[section] ?? {}).join(', ') || 'none'
    throw new RoomfulError(
      'INVALID_ARGUMENT',
      `unknown event "${event}": the contract's ${section} events are ${known}`,
    )
  }
}
