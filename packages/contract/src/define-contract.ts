import type { StandardSchemaV1 } from '@standard-schema/spec'
import { RoomfulError } from './errors.ts'
import { assertEventName, type ReservedName } from './names.ts'
import { describe, isObject } from './values.ts'

/** An event from client to server that answers, or has no data. */
export interface EventShape {
  readonly data?: StandardSchemaV1
  readonly ack?: StandardSchemaV1
}
/** An event from server to client, written as an object. */
export interface PushShape {
  readonly data?: StandardSchemaV1
}
/** A room event, written as an object: a volatile one is dropped rather than kept. */
export interface RoomEventShape {
  readonly data?: StandardSchemaV1
  readonly volatile?: true
}

/** What both ends agree on. An event is a schema; an object when it has an ack or is volatile; `{}` has no data. */
export interface ContractDefinition {
  readonly clientToServer?: Readonly<Record<string, StandardSchemaV1 | EventShape>>
  readonly serverToClient?: Readonly<Record<string, StandardSchemaV1 | PushShape>>
  readonly room?: Readonly<Record<string, StandardSchemaV1 | RoomEventShape>>
  /** Who a client is, as the server's `authenticate` says it: seen by all as `from` and in members. */
  readonly user?: StandardSchemaV1
  /** What a client says about itself. */
  readonly presence?: StandardSchemaV1
  /** What a client gives with a join, and the server's `authorize.join` receives. */
  readonly join?: StandardSchemaV1
}

/** A definition that was checked; made by `defineContract`. */
export interface Contract<D = unknown> {
  readonly definition: D
}
/** A contract of whatever definition. */
// oxlint-disable-next-line typescript/no-explicit-any -- a contract of whatever definition; unknown would not be assignable
export type AnyContract = Contract<any>

/** Carries a sentence into the compiler's message. */
export interface Invalid<Sentence extends string> {
  readonly '~invalid': Sentence
}
type CheckName<E, Extra extends string> = E extends ReservedName | Extra
  ? Invalid<`event name "${E}" is reserved`>
  : E extends `$${string}`
    ? Invalid<`event name "${E}" is reserved: $ belongs to roomful`>
    : E extends '' | number
      ? Invalid<'an event name must be a string of 1 to 64 characters'>
      : unknown
type CheckShape<V, K extends string, Label extends string> = V extends StandardSchemaV1
  ? unknown
  : { [P in keyof V]: P extends K ? unknown : Invalid<`unknown key: expected ${Label}`> }
type CheckEvents<M, K extends string, Label extends string, Extra extends string = never> = {
  [E in keyof M]: CheckName<E, Extra> & CheckShape<M[E], K, Label>
}
/** Turns mistakes into sentences at the place where they were made. */
export type CheckDefinition<D> = {
  [K in keyof D]: K extends 'clientToServer'
    ? CheckEvents<D[K], 'data' | 'ack', 'a schema, or data and ack'>
    : K extends 'serverToClient'
      ? CheckEvents<D[K], 'data', 'a schema, or data'>
      : K extends 'room'
        ? CheckEvents<D[K], 'data' | 'volatile', 'a schema, or data and volatile', 'gap'>
        : K extends 'user' | 'presence' | 'join'
          ? unknown
          : Invalid<'unknown section: expected clientToServer, serverToClient, room, user, presence or join'>
}

const KEYS = { clientToServer: ['data', 'ack'], serverToClient: ['data'], room: ['data', 'volatile'] } as const

/**
 * Makes a contract from its definition, for `createClient`, `createHooks` and `createRooms`.
 * Schemas are any that speak Standard Schema (zod, valibot, arktype, …) and must be synchronous.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a reserved name, an unknown section or key, or what is no schema.
 * @example
 * const chat = defineContract({
 *   clientToServer: { whoami: { ack: z.object({ userId: z.string() }) } },
 *   room: { message: z.object({ text: z.string() }), cursor: { data: z.object({ x: z.number() }), volatile: true } },
 * })
 */
export function defineContract<const D extends ContractDefinition>(definition: D & CheckDefinition<D>): Contract<D> {
  assertObject(definition, 'the definition', 'sections')
  for (const [section, value] of Object.entries(definition)) {
    if (section === 'user' || section === 'presence' || section === 'join') assertSchema(value, section)
    else if (Object.hasOwn(KEYS, section)) assertEvents(section as keyof typeof KEYS, value)
    else fail(`unknown section "${section}": expected clientToServer, serverToClient, room, user, presence or join`)
  }
  return { definition }
}

/** What `typeOnly` makes; named here, so that an app's declarations import nothing that the app did not install. */
export interface TypeOnly<T> extends StandardSchemaV1<T, T> {}

/** A schema for the compiler only: nothing is checked at run time. */
export function typeOnly<T>(): TypeOnly<T> {
  return { '~standard': { version: 1, vendor: 'roomful', validate: (value) => ({ value: value as T }) } }
}

/** Whether a value speaks Standard Schema; some libraries' schemas are functions. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = '~standard' in value ? value['~standard'] : undefined
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}

function assertEvents(section: keyof typeof KEYS, events: unknown): void {
  assertObject(events, section, 'events')
  for (const [event, shape] of Object.entries(events)) {
    assertEventName(event)
    if (section === 'room' && event === 'gap') fail('event name "gap" is reserved: rooms raise it themselves')
    if (!isSchema(shape)) assertShape(section, event, shape)
  }
}

function assertShape(section: keyof typeof KEYS, event: string, shape: unknown): void {
  const place = `${section}.${event}`
  const keys: readonly string[] = KEYS[section]
  if (!isObject(shape))
    fail(`${place} must be a schema, or an object with ${keys.join(' and ')}, got ${describe(shape)}`)
  for (const [key, value] of Object.entries(shape)) {
    if (!keys.includes(key)) fail(`unknown key "${key}" in ${place}: expected a schema, or ${keys.join(' and ')}`)
    if (key !== 'volatile') assertSchema(value, `${place}.${key}`)
    else if (value !== true) fail(`${place}.volatile must be true or left out, got ${describe(value)}`)
  }
}

function assertObject(value: unknown, place: string, content: string): asserts value is object {
  if (!isObject(value)) fail(`${place} must be an object of ${content}, got ${describe(value)}`)
  if (isSchema(value)) fail(`${place} must be an object of ${content}, got a schema`)
}

function assertSchema(value: unknown, place: string): void {
  if (isSchema(value)) return
  fail(`${place} must be a Standard Schema, as zod, valibot and arktype make them, got ${describe(value)}`)
}

function fail(sentence: string): never {
  throw new RoomfulError('INVALID_ARGUMENT', `defineContract: ${sentence}`)
}
