import { ValidationError } from '@roomful/contract'
import { refuse } from './refuse.ts'

/**
 * What a validation gives out.
 * @throws RefusalError `SHAPE` for data that a schema does not accept
 */
export function validateOrRefuse<T>(validation: () => T): T {
  try {
    return validation()
  } catch (error) {
    throw error instanceof ValidationError ? refuse('SHAPE', error.message) : error
  }
}
