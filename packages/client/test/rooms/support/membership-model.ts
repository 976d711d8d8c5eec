import type { Room } from '@roomful/client'

export type Wish = 'join' | 'leave' | 'retain' | 'release'

/** One room, asked for all sorts of things, and what it must come to in the end. */
export class WantedRoom {
  readonly room: Room
  #releases: (() => void)[] = []
  #isOrdered = false
  #isWanted = false

  constructor(room: Room) {
    this.room = room
  }

  /** RM6, RM7: a leave is an order; else whoever holds the room, or said `join`, wants it. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  do(wish: Wish): void {
    if (wish === 'join') {
      void this.room.join()
      this.#isWanted = this.#isOrdered = true
    } else if (wish === 'leave') {
      void this.room.leave()
      this.#isWanted = this.#isOrdered = false
    } else if (wish === 'retain') {
      this.#releases.push(this.room.retain())
      this.#isWanted = true
    } else {
      this.#releases.shift()?.()
      if (this.#releases.length === 0 && !this.#isOrdered) this.#isWanted = false
    }
  }
}
