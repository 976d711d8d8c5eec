import { RoomfulError } from '@roomful/contract'

/**
 * A copy of the data as the encoder would write it now: queued data must stay as it was checked, whatever the app does to
 * it meanwhile. Binary values are not copied. Throws `INVALID_ARGUMENT` for data without an encoding: a cycle, a BigInt.
 */
export function snapshot<T>(event: string, data: T): T {
  return encoding(event, () => copy(data) as T)
}

/** Runs `encode`; an error of the encoder becomes `INVALID_ARGUMENT`. */
export function encoding<T>(event: string, encode: () => T): T {
  try {
    return encode()
  } catch (cause) {
    throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" cannot be encoded`, { cause })
  }
}

/** A value as JSON has it. */
export interface JsonCopy {
  readonly text: string
  readonly value: unknown
}

/** Throws `INVALID_ARGUMENT` for a value without a JSON form. */
export function jsonCopy(name: string, given: unknown): JsonCopy {
  return encoding(name, () => {
    const text = JSON.stringify(given)
    return { text, value: JSON.parse(text) as unknown }
  })
}

function copy(value: unknown): unknown {
  if (typeof value === 'bigint') throw new TypeError('a BigInt has no encoding')
  if (typeof value !== 'object' || value === null || isBinary(value)) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy((value.toJSON as () => unknown)())
  if (Array.isArray(value)) return value.map(copy)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]))
}

export function hasBinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isBinary(value) || Object.values(value).some(hasBinary)
}

function isBinary(value: object): boolean {
  return (
    ArrayBuffer.isView(value) || value instanceof ArrayBuffer || (typeof Blob === 'function' && value instanceof Blob)
  )
}
