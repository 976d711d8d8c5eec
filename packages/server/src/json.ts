import { hash } from 'node:crypto'
import { RefusalError, refuse } from './refuse.ts'

/** Deeper values would overflow the stack of whoever walks them, Socket.IO's encoder among them. */
const MAX_DEPTH = 32

/**
 * The JSON text of a value that came off the wire; `what` it is, for the sentence that refuses it.
 *
 * @throws RefusalError `SHAPE` for what is nested too deep or is not JSON (binary), `TOO_LARGE` for more than `maxBytes` of UTF-8.
 */
export function jsonText(value: unknown, maxBytes: number, what = "an event's data"): string {
  assertShallow(value)
  const text = JSON.stringify(value ?? null)
  if (Buffer.byteLength(text) <= maxBytes) return text
  throw refuse('TOO_LARGE', `${what} may have at most ${maxBytes} bytes of JSON`)
}

/** 64 bits over an event as it came off the wire: they tell whether a message that comes again is the same (S5). */
export function hashOf(event: unknown, data: unknown): string {
  try {
    const text = `[${jsonText(event, Infinity)},${jsonText(data, Infinity)}]`
    return hash('sha256', text).slice(0, 16)
  } catch (error) {
    // What cannot be read is refused whatever it says, so it needs no telling apart.
    if (error instanceof RefusalError) return 'unreadable'
    throw error
  }
}

/** The value as JSON carries it: no functions, no shared references. */
export function jsonCopy(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

// A level at a time, so that a hostile depth costs no stack.
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
