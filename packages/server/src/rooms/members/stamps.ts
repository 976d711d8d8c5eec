/**
 * The times by which nodes compare what they have set for one user. Clocks may differ: a stamp is later than all stamps that the
 * node has seen. Of two equal stamps, that of the node with the greater name is the later one.
 */
export class Stamps {
  /** The name of this node. */
  readonly node: string
  #last = 0

  constructor(node: string) {
    this.node = node
  }

  next(): number {
    this.#last = Math.max(Date.now(), this.#last + 1)
    return this.#last
  }

  /** Another node has used this stamp. */
  see(stamp: number): void {
    this.#last = Math.max(this.#last, stamp)
  }
}
