import { RoomfulError } from '@roomful/contract'

/**
 * The data as it would be encoded now: what waits to be sent must stay what was checked, whatever the app does to it
 * meanwhile. Binary stays as it is. Throws `INVALID_ARGUMENT` for what has no encoding: a cycle, a BigInt.
 */
export function snapshot<T>(event: string, data: T): T {
  return encoding(event, () => copy(data) as T)
}

/** Does what encodes data: JSON has no cycles and no BigInt, and the encoder's own error becomes one of ours. */
export function encoding<T>(event: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" cannot be encoded`, { cause })
  }
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
