/** A list that never changes: each change of what it shows is another list. */
export interface List<T> extends Iterable<T> {
  readonly length: number
  /** The same items in pieces of up to 64. A piece without a change stays the same array, so a component may be memoised by it. */
  readonly chunks: readonly (readonly T[])[]
  /** Counts from the end where the index is negative, as an array does. */
  at(index: number): T | undefined
  map<R>(transform: (item: T, index: number) => R): R[]
  /** As an array: of one list always the same, for whatever else arrays can do. */
  toArray(): readonly T[]
}

/** An item, and where it is. */
export interface Found<T> {
  readonly item: T
  readonly index: number
}

const CHUNK = 64

/** A list of which a change copies one chunk and the list of chunks, however long it is. */
export class ChunkedList<T> implements List<T> {
  readonly length: number
  readonly chunks: readonly (readonly T[])[]
  #array: readonly T[] | undefined

  constructor(chunks: readonly (readonly T[])[] = [], length = 0) {
    this.chunks = chunks
    this.length = length
  }

  at(index: number): T | undefined {
    let rest = index < 0 ? index + this.length : index
    if (rest < 0) return undefined
    for (const chunk of this.chunks) {
      if (rest < chunk.length) return chunk[rest]
      rest -= chunk.length
    }
    return undefined
  }

  map<R>(transform: (item: T, index: number) => R): R[] {
    return Array.from(this, transform)
  }

  toArray(): readonly T[] {
    return (this.#array ??= this.chunks.flat())
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.chunks) yield* chunk
  }

  /** The last that passes the test: most of what is looked for is new. */
  findLast(test: (item: T, index: number) => boolean): Found<T> | undefined {
    let start = this.length
    for (let n = this.chunks.length - 1; n >= 0; n -= 1) {
      const chunk = this.chunks[n] ?? []
      start -= chunk.length
      const index = chunk.findLastIndex((item, at) => test(item, start + at))
      if (index >= 0) return { item: chunk[index] as T, index: start + index }
    }
    return undefined
  }

  /** As an array's `toSpliced`, with an index and a count that are within the list. */
  spliced(index: number, removed: number, ...items: readonly T[]): ChunkedList<T> {
    const lengthOf = (n: number) => this.chunks[n]?.length ?? 0
    let from = this.chunks.length
    let start = this.length
    // Between two chunks, the first takes what comes, as long as it has room: so that appending fills one after another.
    const isRoomBefore = () => start === index && lengthOf(from - 1) < CHUNK
    while (from > 0 && (start > index || isRoomBefore())) start -= lengthOf(--from)
    let to = from
    for (let end = start; end < index + removed; to += 1) end += lengthOf(to)
    const changed = this.chunks.slice(from, to).flat()
    changed.splice(index - start, removed, ...items)
    const chunks = this.chunks.toSpliced(from, to - from, ...inChunks(changed))
    return new ChunkedList(chunks, this.length - removed + items.length)
  }
}

function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, n) => items.slice(n * CHUNK, (n + 1) * CHUNK))
}
