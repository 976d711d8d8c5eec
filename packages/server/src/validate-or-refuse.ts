import { ValidationError } from '@roomful/contract'
import { type EventSchemas, validate } from '@roomful/contract/protocol'
import { refuse } from './refuse.ts'

/**
 * The value as its schema gives it out; no schema means that no data is expected.
 * @throws RefusalError `SHAPE` for a value that the schema does not accept
 */
export function validateOrRefuse(schema: EventSchemas['data'], value: unknown, name: string): unknown {
  try {
    return validate(schema, value, name)
  } catch (error) {
    throw error instanceof ValidationError ? refuse('SHAPE', error.message) : error
  }
}
