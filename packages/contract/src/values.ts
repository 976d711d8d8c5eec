/** Whether a value is an object: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The size of data as UTF-8 JSON, in bytes; 0 for undefined. */
export function bytesOf(data: unknown): number {
  return utf8BytesOf(JSON.stringify(data) ?? '')
}

/** The size of a text as UTF-8, in bytes. */
export function utf8BytesOf(text: string): number {
  let bytes = 0
  // Counted by hand: TextEncoder would copy the text, and some React Native versions lack it.
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // JSON.stringify escapes lone surrogates, so a surrogate is half of a pair, and a pair has four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes
}

/** Describes a value in a few words, for the sentence of an error. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string')
    return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'an array' : typeof value
}
