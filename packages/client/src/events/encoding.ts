import { RoomfulError } from '@roomful/contract'
import type { Reporting } from '../reporting.ts'

/** Runs `encode`; an error of the encoder becomes `INVALID_ARGUMENT`. */
export function encoding<T>(event: string, encode: () => T): T {
  try {
    return encode()
  } catch (cause) {
    if (cause instanceof RoomfulError) throw cause
    throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" cannot be encoded`, { cause })
  }
}

/** A value as JSON has it. */
export interface JsonCopy {
  readonly text: string
  readonly value: unknown
}

/** Throws `INVALID_ARGUMENT` for a value without a JSON form. `replacer` sees the values that JSON may not have. */
export function jsonCopy(
  name: string,
  given: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
): JsonCopy {
  return encoding(name, () => {
    // A call for each value costs more than all the rest.
    const text = JSON.stringify(given, replacer && isPlain(given) ? undefined : replacer)
    return { text, value: JSON.parse(text) as unknown }
  })
}

/** Whether the value consists of primitive values, arrays and plain objects. */
function isPlain(value: unknown): boolean {
  if (Object(value) !== value) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  if ('toJSON' in (value as object) || (prototype !== Object.prototype && prototype !== Array.prototype)) return false
  return Object.values(value as object).every(isPlain)
}

/** For development. A parser of the app may have a form for what JSON loses. */
export function warnOfLoss(
  reporting: Reporting,
  event: string,
  args: readonly unknown[],
  copy: (args: readonly unknown[]) => unknown[],
): void {
  const name = classWithoutJson(args)
  if (name && !classWithoutJson(copy(args)))
    reporting.warnOnce(
      `loss ${event} ${name}`,
      `the ${name} in the data of "${event}" is sent as {}, since JSON has no form for it`,
    )
}

/** The class name of the first `Map`, `Set` or `Error` in the data, which JSON turns into `{}`. */
function classWithoutJson(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || isBinary(value) || 'toJSON' in value) return undefined
  if (value instanceof Map || value instanceof Set || value instanceof Error) return value.constructor.name
  for (const part of Object.values(value)) {
    const found = classWithoutJson(part)
    if (found) return found
  }
  return undefined
}

export function isBinary(value: unknown): boolean {
  return (
    ArrayBuffer.isView(value) || value instanceof ArrayBuffer || (typeof Blob === 'function' && value instanceof Blob)
  )
}
