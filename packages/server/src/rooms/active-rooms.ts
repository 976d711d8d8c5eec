import { HeadCheck } from './delivery/head-check.ts'
import { isInbox } from './inbox.ts'
import { Room, type RoomParts } from './room.ts'
import { createServerSender } from './server-messages.ts'

interface ActiveRoom {
  readonly room: Room
  references: number
}

/** The rooms that have members or running writes: one `Room` a name, removed with its last reference. */
export class ActiveRooms {
  readonly #parts: RoomParts
  readonly #rooms = new Map<string, ActiveRoom>()

  readonly #headCheck: HeadCheck

  constructor(parts: Omit<RoomParts, 'onUncertain' | 'server'>) {
    const { log, report } = parts
    this.#headCheck = new HeadCheck({ log, report, rooms: () => this.#all() })
    const server = createServerSender()
    this.#parts = { ...parts, server, onUncertain: (room) => void this.#headCheck.check([room]) }
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name)?.room
  }

  /** The rooms that have members. */
  *withMembers(): Generator<Room> {
    for (const room of this.#all()) if (room.memberCount > 0) yield room
  }

  retain(name: string): Room {
    const active = this.#rooms.get(name) ?? this.#create(name)
    active.references += 1
    return active.room
  }

  release(name: string): void {
    const active = this.#rooms.get(name)
    if (active === undefined || --active.references > 0) return
    this.#rooms.delete(name)
    active.room.close()
  }

  /** Retains a room until the task has ended. */
  async use<T>(name: string, task: (room: Room) => Promise<T>): Promise<T> {
    const room = this.retain(name)
    try {
      return await task(room)
    } finally {
      this.release(name)
    }
  }

  /** After a change of the epoch: reads the heads of all rooms, so that their members get `$head`. */
  async checkHeads(): Promise<void> {
    await this.#headCheck.check([...this.#all()])
  }

  /** The rooms, and the members of all of them. */
  measure(): { readonly rooms: number; readonly members: number } {
    const rooms = [...this.#rooms.values()].filter(({ room }) => !isInbox(room.name))
    return { rooms: rooms.length, members: rooms.reduce((sum, { room }) => sum + room.memberCount, 0) }
  }

  /** No room sends changes of its members any more, or looks for entries that did not come. */
  stop(): void {
    this.#headCheck.stop()
    for (const room of this.#all()) room.stop()
  }

  /** Forgets all rooms, with the members whose leave was only delayed. */
  clear(): void {
    for (const room of this.#all()) room.close()
    this.#rooms.clear()
  }

  *#all(): Generator<Room> {
    for (const { room } of this.#rooms.values()) yield room
  }

  #create(name: string): ActiveRoom {
    const active = { room: new Room(name, this.#parts), references: 0 }
    this.#rooms.set(name, active)
    return active
  }
}
