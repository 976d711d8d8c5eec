import { isObject } from '@roomful/contract/protocol'

/** Whether a value stands for one that was too large to be recorded, or holds such a value. */
export function isOmitted(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isOmitted)
  if (!isObject(value)) return false
  return typeof value['$omitted'] === 'number' || Object.values(value).some(isOmitted)
}

/** The value that was recorded: `{ $binary }` becomes bytes. */
export function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeValue)
  if (!isObject(value)) return value
  const { $binary } = value
  if (typeof $binary === 'string' && Object.keys(value).length === 1)
    return Uint8Array.from(atob($binary), (character) => character.charCodeAt(0))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decodeValue(part)]))
}

/** Bytes as they are recorded. */
export function encodeBinary(bytes: Uint8Array): { readonly $binary: string } {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return { $binary: btoa(text) }
}
