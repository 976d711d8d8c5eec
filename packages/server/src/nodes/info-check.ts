import { RoomfulError } from '@roomful/contract'
import { differenceOf } from './node-info.ts'
import type { NodeLinks } from './node-links.ts'

/** How many differences are remembered, so that they are not reported again. */
const MAX_REPORTED = 100

/** Compares what this node says of itself with each other node, and reports each difference once. */
export class InfoCheck {
  readonly #links: NodeLinks
  readonly #info: string
  readonly #reported = new Set<string>()

  constructor(links: NodeLinks, info: string) {
    this.#links = links
    this.#info = info
    links.add({
      onMessage: (message, from) => {
        if (message.type === 'started') this.#compare(from, message.info)
      },
      onRestored: () => void this.#compareAll(),
    })
    void this.#begin()
  }

  async #begin(): Promise<void> {
    await this.#links.started
    await this.#compareAll()
  }

  /** Tells the others, and reads what they say. */
  async #compareAll(): Promise<void> {
    try {
      await this.#links.send({ type: 'started', info: this.#info })
      for (const { id, info } of await this.#links.others()) this.#compare(id, info)
    } catch (error) {
      this.#links.report(error) // compared when the connection is restored
    }
  }

  #compare(node: string, info: string): void {
    const difference = differenceOf(this.#info, info)
    if (difference === undefined || this.#reported.has(difference) || this.#reported.size >= MAX_REPORTED) return
    this.#reported.add(difference)
    const sentence = `createRooms: another node (${node}) differs from this one: ${difference}. All nodes must have the same contract, limits and options of the log`
    this.#links.report(new RoomfulError('INVALID_ARGUMENT', sentence))
  }
}
