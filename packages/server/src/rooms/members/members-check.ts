import type { RoomNodes } from '../../nodes/room-nodes.ts'
import type { Room } from '../room.ts'

/** How many rooms are compared with one call: many, since Redis reads them in partitions. */
const SLICE = 4_000
/** How many rooms are read at a time. */
const MAX_READING = 16
/** A change that is on its way has come by then, in milliseconds. */
const SETTLE_MS = 500

/** Compares the members of rooms with those of the nodes, and reads them where changes did not come. */
export class MembersCheck {
  readonly #nodes: RoomNodes

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
    for (let start = 0; start < rooms.length; start += SLICE)
      await this.#compare(rooms.slice(start, start + SLICE), isRestored)
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
      const behind = suspects.filter(isBehind)
      const read = async (): Promise<void> => {
        for (let index = behind.pop(); index !== undefined; index = behind.pop()) await rooms[index]?.shared?.read()
      }
      await Promise.all(Array.from({ length: Math.min(MAX_READING, behind.length) }, read))
    } catch (error) {
      onError(error, rooms[0]?.name ?? '')
    }
  }
}
