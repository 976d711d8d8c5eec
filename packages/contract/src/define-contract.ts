import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ContractChecks, createChecks } from './contract-checks.ts'
import { type ContractDefinition, isSchema, type RoomEventShape } from './contract-definition.ts'
import { RoomfulError } from './errors.ts'
import { assertPlainEventName, type ReservedName } from './names.ts'
import { describe, isObject } from './values.ts'

/** A checked definition, made by `defineContract`. */
export interface Contract<D = unknown> {
  readonly definition: D
  /** Checks data against the definition. It is here so that a client without a contract does not load it. */
  readonly checks: ContractChecks
}
/** A contract with any definition. */
// oxlint-disable-next-line typescript/no-explicit-any -- any definition; unknown would not be assignable
export type AnyContract = Contract<any>

/** Shows a sentence in the compiler's message. */
export interface Invalid<Sentence extends string> {
  readonly '~invalid': Sentence
}
type CheckName<E, Extra extends string> = E extends ReservedName | Extra
  ? Invalid<`event name "${E}" is reserved`>
  : E extends number
    ? Invalid<'an event name must be a string'>
    : unknown
type CheckShape<V, K extends string, Label extends string> = V extends StandardSchemaV1
  ? unknown
  : { [P in keyof V]: P extends K ? unknown : Invalid<`unknown key: expected ${Label}`> }
type CheckEvents<M, K extends string, Label extends string, Extra extends string = never> = {
  [E in keyof M]: CheckName<E, Extra> & CheckShape<M[E], K, Label>
}
type CheckAmends<M> = {
  [E in keyof M]: M[E] extends { readonly amends: infer A }
    ? { readonly amends: CheckAmended<M, A>; readonly key?: CheckKey<M[E]> }
    : unknown
}
type CheckAmended<M, A> = A extends keyof M
  ? M[A] extends { readonly amends: unknown } | { readonly volatile: true }
    ? Invalid<'amends must name an event that is stored and is no amendment itself'>
    : A
  : Invalid<'amends must name an event of the room section'>
type CheckKey<V> = V extends { readonly data: StandardSchemaV1<infer Input>; readonly key: infer K }
  ? K extends keyof Input
    ? K
    : Invalid<'key must name a field of the data'>
  : Invalid<'key must name a field of the data'>
/** Turns mistakes in a definition into readable compiler errors at their places. */
export type CheckDefinition<D> = {
  [K in keyof D]: K extends 'clientToServer'
    ? CheckEvents<D[K], 'data' | 'ack', 'a schema, or data and ack'>
    : K extends 'serverToClient'
      ? CheckEvents<D[K], 'data' | 'ack', 'a schema, or data and ack'>
      : K extends 'room'
        ? CheckEvents<D[K], RoomKey, 'a schema, or data, volatile, unread, amends and key', 'gap'> & CheckAmends<D[K]>
        : K extends 'inbox'
          ? CheckEvents<D[K], 'data' | 'unread', 'a schema, or data and unread', 'gap'>
          : K extends 'user' | 'presence' | 'join'
            ? unknown
            : Invalid<'unknown section: expected clientToServer, serverToClient, room, inbox, user, presence or join'>
}

const KEYS = {
  clientToServer: ['data', 'ack'],
  serverToClient: ['data', 'ack'],
  room: ['data', 'volatile', 'unread', 'amends', 'key'],
  inbox: ['data', 'unread'],
} as const
type RoomKey = (typeof KEYS.room)[number]

/**
 * Makes a contract from its definition, for `createClient`, `createHooks` and `createRooms`.
 * Schemas may be of any library that supports Standard Schema (zod, valibot, arktype, …), and must be synchronous.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for a reserved name, an unknown section or key, or a value that is no schema.
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
    else
      fail(`unknown section "${section}": expected clientToServer, serverToClient, room, inbox, user, presence or join`)
  }
  return { definition, checks: createChecks(definition) }
}

/** The result of `typeOnly`; an own type, so that an app's declarations import only packages that the app installed. */
export interface TypeOnly<T> extends StandardSchemaV1<T, T> {}

/** Makes a schema for the compiler only: any value is accepted at run time. */
export function typeOnly<T>(): TypeOnly<T> {
  return { '~standard': { version: 1, vendor: 'roomful', validate: (value) => ({ value: value as T }) } }
}

function assertEvents(section: keyof typeof KEYS, events: unknown): void {
  assertObject(events, section, 'events')
  for (const [event, shape] of Object.entries(events)) {
    assertPlainEventName(event)
    if ((section === 'room' || section === 'inbox') && event === 'gap')
      fail('event name "gap" is reserved: rooms raise it themselves')
    if (!isSchema(shape)) assertShape(section, event, shape)
    if (isObject(shape) && 'amends' in shape) assertAmends(`${section}.${event}`, shape, events)
  }
}

function assertShape(section: keyof typeof KEYS, event: string, shape: unknown): void {
  const place = `${section}.${event}`
  const keys: readonly string[] = KEYS[section]
  const known = keys.join(', ').replace(/, (\w+)$/, ' and $1')
  if (!isObject(shape)) fail(`${place} must be a schema, or an object with ${known}, got ${describe(shape)}`)
  for (const [key, value] of Object.entries(shape)) {
    if (!keys.includes(key)) fail(`unknown key "${key}" in ${place}: expected a schema, or ${known}`)
    if (key === 'data' || key === 'ack') assertSchema(value, `${place}.${key}`)
    else if (key === 'amends' || key === 'key') assertName(value, `${place}.${key}`)
    else if (value !== true) fail(`${place}.${key} must be true or left out, got ${describe(value)}`)
  }
  if ('volatile' in shape && 'unread' in shape) fail(`${place} is volatile and never stored: it cannot be unread`)
  if ('key' in shape && !('amends' in shape)) fail(`${place} has a key, which needs amends`)
}

function assertAmends(place: string, { amends, volatile }: RoomEventShape, events: object): void {
  if (volatile) fail(`${place} is volatile and never stored: it cannot amend`)
  const amended: unknown = Object.entries(events).find(([event]) => event === amends)?.[1]
  const isFine = isSchema(amended) || (isObject(amended) && !('amends' in amended) && !('volatile' in amended))
  if (!isFine) fail(`${place}.amends must name a stored room event that is no amendment itself, got "${amends}"`)
}

function assertObject(value: unknown, place: string, content: string): asserts value is object {
  if (!isObject(value)) fail(`${place} must be an object of ${content}, got ${describe(value)}`)
  if (isSchema(value)) fail(`${place} must be an object of ${content}, got a schema`)
}

function assertName(value: unknown, place: string): void {
  if (typeof value !== 'string') fail(`${place} must be a name, got ${describe(value)}`)
}

function assertSchema(value: unknown, place: string): void {
  if (isSchema(value)) return
  fail(`${place} must be a Standard Schema, as zod, valibot and arktype make them, got ${describe(value)}`)
}

function fail(sentence: string): never {
  throw new RoomfulError('INVALID_ARGUMENT', `defineContract: ${sentence}`)
}
