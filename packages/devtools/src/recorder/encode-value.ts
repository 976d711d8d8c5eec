import { encodeBinary } from '@roomful/testing/trace'

/** The place of a credential in a recording. */
const MASK = '[masked]'

/** A value that is larger, or deeper, or has more parts, is not recorded. */
const MAX_VALUE_BYTES = 512 * 1024
const MAX_DEPTH = 40
const MAX_PARTS = 50_000

/** Names of properties that hold a credential, such as `auth`, `accessToken`, `set-cookie` and `api_key`. */
const CREDENTIAL_NAME =
  /^auth(orization)?$|token|passw(or)?d|passphrase|secret|cookie|credential|api[-_]?key|private[-_]?key|jwt|session[-_]?id/i
const CREDENTIAL_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*/g, MASK],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${MASK}`],
  [/([?&][^=&\s]*(?:auth|token|passw|secret|key|session|sid)[^=&\s]*=)[^&\s"']+/gi, `$1${MASK}`],
]

/** A value as JSON, and its size in bytes, about. */
export interface Encoded {
  readonly value: unknown
  readonly bytes: number
}

/** A text without the credentials in it: JSON Web Tokens, authorization headers, parameters of an address. */
export function withoutCredentials(text: string): string {
  return CREDENTIAL_TEXTS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
}

/**
 * Copies a value as JSON has it, without credentials: the app may change its own later. Binary data becomes `{ $binary }`, and
 * a value that is too large `{ $omitted }`. Never throws.
 */
export function encodeValue(value: unknown): Encoded {
  const walk = new Walk()
  try {
    return { value: walk.copy(value, 0), bytes: walk.bytes }
  } catch {
    return { value: { $omitted: walk.bytes }, bytes: 32 }
  }
}

/** Thrown to end a walk; a getter of the app may throw as well. */
const TOO_LARGE = new Error('too large')

class Walk {
  bytes = 0
  #parts = 0

  copy(value: unknown, depth: number): unknown {
    this.#parts += 1
    if (this.#parts > MAX_PARTS || depth > MAX_DEPTH) throw TOO_LARGE
    if (typeof value === 'string') {
      this.#count(value.length + 2)
      return withoutCredentials(value)
    }
    this.#count(8)
    if (typeof value === 'number') return Number.isFinite(value) ? value : null
    if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null
    if (typeof value === 'bigint') return String(value)
    return typeof value === 'object' ? this.#copyObject(value, depth) : null
  }

  #copyObject(value: object, depth: number): unknown {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = ArrayBuffer.isView(value)
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : new Uint8Array(value)
      this.#count(bytes.length * 1.4)
      return encodeBinary(bytes)
    }
    if (typeof Blob === 'function' && value instanceof Blob) return { $omitted: value.size }
    if (Array.isArray(value)) return value.map((part: unknown) => this.copy(part, depth + 1))
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.copy(value.toJSON(), depth + 1)
    const copy: Record<string, unknown> = {}
    for (const [key, part] of Object.entries(value)) {
      if (part === undefined || typeof part === 'function' || typeof part === 'symbol') continue
      this.#count(key.length + 4)
      const isCredential = CREDENTIAL_NAME.test(key) && part !== null && typeof part !== 'boolean'
      Object.defineProperty(copy, key, {
        value: isCredential ? MASK : this.copy(part, depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return copy
  }

  #count(bytes: number): void {
    this.bytes += Math.round(bytes)
    if (this.bytes > MAX_VALUE_BYTES) throw TOO_LARGE
  }
}
