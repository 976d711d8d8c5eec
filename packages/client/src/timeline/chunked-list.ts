/** An immutable list: each change makes another list. */
export interface List<T> extends Iterable<T> {
  readonly length: number
  /** The same items in arrays of up to 64. A chunk without a change stays the same array: components can be memoised by chunk. */
  readonly chunks: readonly (readonly T[])[]
  /** A negative index counts from the end, as with an array. */
  at(index: number): T | undefined
  map<R>(transform: (item: T, index: number) => R): R[]
  /** Copies the list into an array, once: later calls return the same array. */
  toArray(): readonly T[]
}

/** An item and its index. */
export interface Found<T> {
  readonly item: T
  readonly index: number
}

const CHUNK = 64

/** A list in which a change copies the list of chunks and one or two chunks, at any length. */
export class ChunkedList<T> implements List<T> {
  readonly length: number
  readonly chunks: readonly (readonly T[])[]
  #array: readonly T[] | undefined

  constructor(chunks: readonly (readonly T[])[] = [], length = 0) {
    this.chunks = chunks
    this.length = length
  }

  at(index: number): T | undefined {
    const place = index < 0 ? index + this.length : index
    if (!(place >= 0 && place < this.length)) return undefined
    // A chunk has 64 items, or fewer: from the nearest end, the item is in the first possible chunk or soon after it.
    const { chunks } = this
    let rest = place
    if (place > this.length / 2) {
      rest -= this.length
      for (let n = chunks.length - 1; ; n -= 1) if ((rest += chunks[n]!.length) >= 0) return chunks[n]![rest]
    }
    for (let n = 0; ; n += 1) {
      if (rest < chunks[n]!.length) return chunks[n]![rest]
      rest -= chunks[n]!.length
    }
  }

  map<R>(transform: (item: T, index: number) => R): R[] {
    const mapped: R[] = []
    for (const chunk of this.chunks) for (const item of chunk) mapped.push(transform(item, mapped.length))
    return mapped
  }

  toArray(): readonly T[] {
    return (this.#array ??= this.map((item) => item))
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.chunks) yield* chunk
  }

  /** The last item at or after the index `from` that passes the test. */
  findLast(test: (item: T) => boolean, from = 0): Found<T> | undefined {
    let index = this.length
    for (let n = this.chunks.length - 1; n >= 0; n -= 1) {
      const chunk = this.chunks[n] ?? []
      for (let at = chunk.length - 1; at >= 0; at -= 1) {
        index -= 1
        if (index < from) return undefined
        const item = chunk[at] as T
        if (test(item)) return { item, index }
      }
    }
    return undefined
  }

  /** A list with items removed and inserted, as `splice` does in an array; `index` and `removed` must be within the list. */
  spliced(index: number, removed: number, ...items: readonly T[]): ChunkedList<T> {
    const lengthOf = (n: number) => this.chunks[n]?.length ?? 0
    let from = this.chunks.length
    let start = this.length
    // At the border of two chunks, the first one takes the items while it has room: appending fills chunk after chunk.
    const hasRoomBefore = () => start === index && lengthOf(from - 1) < CHUNK
    while (from > 0 && (start > index || hasRoomBefore())) start -= lengthOf(--from)
    let to = from
    for (let end = start; end < index + removed; to += 1) end += lengthOf(to)
    const changed = this.chunks.slice(from, to).flat()
    changed.splice(index - start, removed, ...items)
    const chunks = this.chunks.slice()
    chunks.splice(from, to - from, ...inChunks(changed))
    return new ChunkedList(chunks, this.length - removed + items.length)
  }
}

function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, n) => items.slice(n * CHUNK, (n + 1) * CHUNK))
}
