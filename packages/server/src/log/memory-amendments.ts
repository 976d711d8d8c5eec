interface Amended {
  /** The newest amendment of each slot. */
  readonly newest: Map<string, number>
  readonly all: number[]
}

/** The amendments of a room's entries, by their places. */
export class MemoryAmendments {
  readonly #targets = new Map<number, Amended>()

  add(seq: number, amends: { readonly seq: number; readonly slot: string }): void {
    const amended: Amended = this.#targets.get(amends.seq) ?? { newest: new Map(), all: [] }
    this.#targets.set(amends.seq, amended)
    amended.newest.set(amends.slot, seq)
    amended.all.push(seq)
  }

  newest(target: number): Iterable<number> {
    return this.#targets.get(target)?.newest.values() ?? []
  }

  all(target: number): readonly number[] {
    return this.#targets.get(target)?.all ?? []
  }

  delete(target: number): void {
    this.#targets.delete(target)
  }
}
