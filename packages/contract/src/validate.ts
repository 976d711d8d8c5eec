import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ContractDefinition, isSchema } from './define-contract.ts'
import { ValidationError } from './errors.ts'
import { describe } from './values.ts'

/** One event of a contract, whichever way it was written down. */
export interface EventSchemas {
  readonly data: StandardSchemaV1 | undefined
  readonly ack: StandardSchemaV1 | undefined
  readonly volatile: boolean
}

/** The event's schemas, or undefined where the section does not have it. Safe for whatever comes off the wire. */
export function eventIn(
  definition: ContractDefinition,
  section: 'clientToServer' | 'serverToClient' | 'room',
  event: unknown,
): EventSchemas | undefined {
  const events = definition[section]
  if (events === undefined || typeof event !== 'string' || !Object.hasOwn(events, event)) return undefined
  const shape = events[event] as StandardSchemaV1 | { data?: StandardSchemaV1; ack?: StandardSchemaV1; volatile?: true }
  if (isSchema(shape)) return { data: shape, ack: undefined, volatile: false }
  return { data: shape.data, ack: shape.ack, volatile: shape.volatile === true }
}

/**
 * The value as its schema gives it out; no schema means that no data is expected.
 * JSON has no `undefined`: a `null` that the schema does not accept is read as `undefined`.
 *
 * @throws ValidationError and nothing else, with the event's name and the schema's issues, or with one of our own for a
 * schema that throws or is asynchronous: what arrives is handed on in order, at once.
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
    // The refusal below is what the caller sees, so a rejection is nobody's to handle.
    result.then(undefined, () => {})
  } catch (cause) {
    throw new ValidationError(event, [{ message: 'the schema itself failed' }], { cause })
  }
  throw new ValidationError(event, [{ message: ASYNCHRONOUS }])
}

// zod turns to promises where a transform or refinement throws, too.
const ASYNCHRONOUS =
  'the schema answered with a promise: use one that is synchronous, and whose transforms and refinements do not throw'
