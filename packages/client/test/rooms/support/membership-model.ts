import type { Room } from '@roomful/client'

export type Wish = 'join' | 'leave' | 'retain' | 'release'

/** A room and the calls that were made on it: `isWanted` says how it must end. */
export class WantedRoom {
  readonly room: Room
  #releases: (() => void)[] = []
  #isJoinedByApp = false
  #isWanted = false

  constructor(room: Room) {
    this.room = room
  }

  /** RM6, RM7: joined or held since the last leave. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  do(wish: Wish): void {
    if (wish === 'join') {
      void this.room.join()
      this.#isWanted = this.#isJoinedByApp = true
    } else if (wish === 'leave') {
      void this.room.leave()
      this.#isWanted = this.#isJoinedByApp = false
    } else if (wish === 'retain') {
      this.#releases.push(this.room.retain())
      this.#isWanted = true
    } else {
      this.#releases.shift()?.()
      if (this.#releases.length === 0 && !this.#isJoinedByApp) this.#isWanted = false
    }
  }
}
