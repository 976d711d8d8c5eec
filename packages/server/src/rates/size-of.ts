/** What a number, a comma or a bracket counts. */
const NODE = 4

/** The size of a value that came off the wire, about as bytes of JSON, without writing it as JSON. */
export function sizeOf(value: unknown): number {
  const left = [value]
  let size = 0
  while (left.length > 0) {
    const next = left.pop()
    size += NODE
    if (typeof next === 'string') size += next.length
    else if (ArrayBuffer.isView(next)) size += next.byteLength
    else if (Array.isArray(next)) for (const item of next) left.push(item)
    else if (typeof next === 'object' && next !== null)
      for (const [key, item] of Object.entries(next)) {
        size += key.length
        left.push(item)
      }
  }
  return size
}
