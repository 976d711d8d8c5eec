import type { StandardSchemaV1 } from '@standard-schema/spec'
import { readTarget } from './amendments.ts'
import { type ContractDefinition, type EventShape, isSchema, type RoomEventShape } from './contract-definition.ts'
import { ValidationError } from './errors.ts'
import { describe } from './values.ts'

/** The schemas of one event, whether it was written as a schema or as an object. */
export interface EventSchemas {
  readonly data: StandardSchemaV1 | undefined
  readonly ack: StandardSchemaV1 | undefined
  readonly volatile: boolean
  /** The event that this one amends; its data then has a `target`. */
  readonly amends?: string | undefined
  readonly key?: string | undefined
}

/** The schemas of an event; undefined where the section does not have it. `event` may be any value off the wire. */
export function eventIn(
  definition: ContractDefinition,
  section: 'clientToServer' | 'serverToClient' | 'room' | 'inbox',
  event: unknown,
): EventSchemas | undefined {
  const events = definition[section]
  if (events === undefined || typeof event !== 'string' || !Object.hasOwn(events, event)) return undefined
  const shape = events[event] as StandardSchemaV1 | (EventShape & RoomEventShape)
  if (isSchema(shape)) return { data: shape, ack: undefined, volatile: false }
  const { data, ack, volatile, amends, key } = shape
  return { data, ack, volatile: volatile === true, ...(amends !== undefined && { amends, key }) }
}

/** The data of an event as its schemas give it out; that of an amendment with its `target`. @throws ValidationError */
export function validateEvent({ data: schema, amends, key }: EventSchemas, value: unknown, event: string): unknown {
  if (amends === undefined) return validate(schema, value, event)
  const { target, rest } = readTarget(value, key, event)
  const data: unknown = validate(
    schema,
    schema === undefined && Object.keys(rest).length === 0 ? undefined : rest,
    event,
  )
  return { ...(data as object | undefined), target }
}

/**
 * The value as its schema gives it out; no schema means that no data is expected.
 * JSON has no `undefined`: a `null` that the schema does not accept is read as `undefined`.
 *
 * @throws ValidationError and no other error: with the schema's issues, or with an issue of this library for a schema that
 * throws or is asynchronous. Schemas must be synchronous, so that events are delivered in order.
 */
export function validate<S extends StandardSchemaV1 | undefined>(
  schema: S,
  value: unknown,
  event: string,
): S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : void
export function validate(schema: StandardSchemaV1 | undefined, value: unknown, event: string): unknown {
  if (schema === undefined) {
    if (value === undefined || value === null) return undefined
    throw new ValidationError(event, [{ message: `expected no data, got ${describe(value)}` }])
  }
  const result = run(schema, value, event)
  if (!result.issues) return result.value
  if (value === null) {
    const absent = run(schema, undefined, event)
    if (!absent.issues) return absent.value
  }
  throw new ValidationError(event, result.issues)
}

function run(schema: StandardSchemaV1, value: unknown, event: string): StandardSchemaV1.Result<unknown> {
  try {
    const result = schema['~standard'].validate(value)
    if (!('then' in result)) return result
    // The caller gets the error below instead of a rejection.
    result.then(undefined, () => {})
  } catch (cause) {
    throw new ValidationError(event, [{ message: 'the schema itself failed' }], { cause })
  }
  throw new ValidationError(event, [{ message: ASYNCHRONOUS }])
}

// zod also answers with a promise when a transform or refinement throws.
const ASYNCHRONOUS =
  'the schema answered with a promise: use one that is synchronous, and whose transforms and refinements do not throw'
