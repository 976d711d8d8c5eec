import { ValidationError } from './errors.ts'
import { isObject } from './values.ts'

/** A message's place in the log of a room: a message of a timeline, the `meta` of a message, or just these two. */
export interface Target {
  readonly epoch: string
  readonly seq: number
}

/** A key distinguishes the amendments of one user: longer texts are data. */
const MAX_KEY = 128

/** The target of an amendment, and the rest of its data. @throws ValidationError */
export function readTarget(
  value: unknown,
  key: string | undefined,
  event: string,
): { readonly target: Target; readonly rest: Readonly<Record<string, unknown>> } {
  const { target, ...rest } = isObject(value) ? value : {}
  const { epoch, seq } = isObject(target) ? target : {}
  if (typeof epoch !== 'string' || !Number.isSafeInteger(seq) || (seq as number) < 1)
    throw invalid(event, 'target', 'expected a message of the log; one that is not confirmed yet cannot be amended')
  if (key !== undefined && !isKey(rest[key]))
    throw invalid(event, key, `expected a number, a boolean or a text of at most ${MAX_KEY} characters`)
  return { target: { epoch, seq: seq as number }, rest }
}

function isKey(value: unknown): boolean {
  return (
    typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= MAX_KEY)
  )
}

function invalid(event: string, field: string, message: string): ValidationError {
  return new ValidationError(event, [{ message, path: [field] }])
}
