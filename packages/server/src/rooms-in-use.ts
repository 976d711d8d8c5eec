import type { RoomsHost } from './host.ts'
import type { RoomLog } from './log/log.ts'
import type { Report } from './report.ts'
import { Room } from './room.ts'

interface Held {
  readonly room: Room
  holders: number
}

/** The rooms that somebody is in or writes to: one `Room` a name, let go with its last holder. */
export class RoomsInUse {
  readonly #host: RoomsHost
  readonly #log: RoomLog
  readonly #report: Report
  readonly #held = new Map<string, Held>()

  constructor(host: RoomsHost, log: RoomLog, report: Report) {
    this.#host = host
    this.#log = log
    this.#report = report
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
    this.#log.release?.(name)
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
    this.#log.retain?.(name)
    const held = { room: new Room(name, this.#host, this.#log, this.#report), holders: 0 }
    this.#held.set(name, held)
    return held
  }
}
