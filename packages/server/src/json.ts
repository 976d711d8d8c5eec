import { hash } from 'node:crypto'
import { RefusalError, refuse } from './refuse.ts'

/** Deeper values would overflow the stack of recursive code, such as Socket.IO's encoder. */
const MAX_DEPTH = 32

/**
 * The JSON text of a value that came off the wire. `what` names the value in the sentence of a refusal.
 *
 * @throws RefusalError `SHAPE` for a value that is nested too deep or is not JSON (binary), `TOO_LARGE` for more than `maxBytes` of UTF-8.
 */
export function jsonText(value: unknown, maxBytes: number, what = "an event's data"): string {
  assertShallow(value)
  const text = JSON.stringify(value ?? null)
  if (Buffer.byteLength(text) <= maxBytes) return text
  throw refuse('TOO_LARGE', `${what} may have at most ${maxBytes} bytes of JSON`)
}

/** S5: 64 bits over a message as it came off the wire, by which a repeated message is recognized. */
export function hashOf({ id, event, data }: { id: string; event: unknown; data: unknown }): string {
  try {
    const text = `["${id}",${jsonText(event, Infinity)},${jsonText(data, Infinity)}]`
    return hash('sha256', text).slice(0, 16)
  } catch (error) {
    // Refused in any case, so that it needs no hash of its own.
    if (error instanceof RefusalError) return 'unreadable'
    throw error
  }
}

/** The value as JSON carries it: no functions, no shared references. */
export function jsonCopy(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

/** The value of a JSON text; undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Level by level instead of by recursion, so that a hostile depth uses no stack.
function assertShallow(value: unknown): void {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw refuse('SHAPE', `data must not be nested deeper than ${MAX_DEPTH} levels`)
    level = level.flatMap(childrenOf)
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (ArrayBuffer.isView(value)) throw refuse('SHAPE', 'data must be JSON, got binary')
  return Array.isArray(value) ? value : Object.values(value)
}
