import { Room, type RoomParts } from './room.ts'

interface Held {
  readonly room: Room
  holders: number
}

/** The rooms that somebody is in or writes to: one `Room` a name, let go with its last holder. */
export class RoomsInUse {
  readonly #parts: RoomParts
  readonly #held = new Map<string, Held>()

  constructor(parts: RoomParts) {
    this.#parts = parts
  }

  find(name: string): Room | undefined {
    return this.#held.get(name)?.room
  }

  hold(name: string): Room {
    const held = this.#held.get(name) ?? this.#make(name)
    held.holders += 1
    return held.room
  }

  release(name: string): void {
    const held = this.#held.get(name)
    if (held === undefined || --held.holders > 0) return
    this.#held.delete(name)
    this.#parts.log.release?.(name)
  }

  /** Holds a room while something is done with it. */
  async using<T>(name: string, task: (room: Room) => Promise<T>): Promise<T> {
    const room = this.hold(name)
    try {
      return await task(room)
    } finally {
      this.release(name)
    }
  }

  /** The server closes: no room tells anything later. */
  stop(): void {
    for (const { room } of this.#held.values()) room.stop()
  }

  #make(name: string): Held {
    this.#parts.log.retain?.(name)
    const held = { room: new Room(name, this.#parts), holders: 0 }
    this.#held.set(name, held)
    return held
  }
}
