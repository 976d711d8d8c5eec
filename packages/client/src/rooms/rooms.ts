import type { RoomfulError } from '@roomful/contract'
import type { RoomContext } from './room-context.ts'
import { RoomCore } from './room-core.ts'

/** All rooms of a client, by name: the same name is the same room. */
export class Rooms {
  readonly #rooms = new Map<string, RoomCore>()
  readonly #context: RoomContext

  constructor(context: RoomContext) {
    this.#context = context
  }

  get(name: string): RoomCore | undefined {
    return this.#rooms.get(name)
  }

  named(name: string): RoomCore {
    const known = this.#rooms.get(name)
    if (known) return known
    const room = new RoomCore(name, this.#context)
    this.#rooms.set(name, room)
    return room
  }

  /** Joins again what was joined, and where messages wait; resolves when each room has its answer, or has waited long enough for it. */
  async up(recovered: boolean): Promise<void> {
    for (const name of this.#context.outbox.rooms()) this.named(name)
    await Promise.all([...this.#rooms.values()].map((room) => room.up(recovered)))
  }

  down(error?: RoomfulError): void {
    for (const room of this.#rooms.values()) room.down(error)
  }
}
