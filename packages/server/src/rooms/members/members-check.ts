import type { RoomNodes } from '../../nodes/room-nodes.ts'
import { ROOMS_PER_CALL } from '../delivery/head-check.ts'
import { ReadTurns } from '../delivery/read-turns.ts'
import type { Room } from '../room.ts'

/** A change that is on its way has come by then, in milliseconds. */
const SETTLE_MS = 500

/** Compares the members of rooms with those of the nodes, and reads them where changes did not come. */
export class MembersCheck {
  readonly #nodes: RoomNodes
  readonly #turns = new ReadTurns()

  constructor(nodes: RoomNodes) {
    this.#nodes = nodes
  }

  /** `isRestored`: the connection was away, so that changes in both directions may be lost, or all be forgotten. */
  async check(all: Iterable<Room>, isRestored = false): Promise<void> {
    const { writes } = this.#nodes
    const rooms = [...all].filter(({ shared }) => shared !== undefined)
    if (isRestored) {
      for (const room of rooms) room.shared?.doubt()
      await writes.rewrite()
    } else await writes.retry()
    for (let start = 0; start < rooms.length; start += ROOMS_PER_CALL)
      await this.#compare(rooms.slice(start, start + ROOMS_PER_CALL), isRestored)
  }

  async #compare(rooms: readonly Room[], isRestored: boolean): Promise<void> {
    const { nodes, onError } = this.#nodes
    try {
      const positions = await nodes.memberPositions(rooms.map(({ name }) => name))
      const isBehind = (index: number): boolean => {
        const position = positions[index]
        return position !== undefined && rooms[index]?.shared?.isBehind(position) === true
      }
      const suspects = [...rooms.keys()].filter(isBehind)
      if (suspects.length === 0) return
      if (!isRestored) await new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS).unref?.())
      const read = (index: number): Promise<void> => this.#turns.run(async () => await rooms[index]?.shared?.read())
      await Promise.all(suspects.filter(isBehind).map(read))
    } catch (error) {
      onError(error, rooms[0]?.name ?? '')
    }
  }
}
