import { refuse } from './refuse.ts'

/** Deeper values would overflow the stack of whoever walks them, Socket.IO's encoder among them. */
const MAX_DEPTH = 32

/**
 * The JSON text of a value that came off the wire.
 *
 * @throws RefusalError `SHAPE` for what is nested too deep or is not JSON (binary), `TOO_LARGE` for more than `maxBytes` of UTF-8.
 */
export function jsonText(value: unknown, maxBytes: number): string {
  assertShallow(value, maxBytes)
  const text = JSON.stringify(value ?? null)
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes)
  return text
}

/** The value as JSON carries it: no functions, no shared references. */
export function jsonCopy(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

// A level at a time, so that a hostile depth costs no stack. A value of N nodes has N bytes or more, which bounds the walk.
function assertShallow(value: unknown, maxBytes: number): void {
  let level: unknown[] = [value]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw refuse('SHAPE', `data must not be nested deeper than ${MAX_DEPTH} levels`)
    const next: unknown[] = []
    for (const node of level) {
      if (typeof node !== 'object' || node === null) continue
      if (ArrayBuffer.isView(node) || node instanceof ArrayBuffer)
        throw refuse('SHAPE', 'data must be JSON, got binary')
      const children: unknown[] = Array.isArray(node) ? node : Object.values(node)
      nodes += children.length
      if (nodes > maxBytes) throw tooLarge(maxBytes)
      for (const child of children) next.push(child)
    }
    level = next
  }
}

function tooLarge(maxBytes: number) {
  return refuse('TOO_LARGE', `an event's data may have at most ${maxBytes} bytes of JSON`)
}
