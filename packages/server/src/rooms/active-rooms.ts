import type { RoomLog } from '../log/log.ts'
import { RoomNodes, type RoomNodesParts } from '../nodes/room-nodes.ts'
import { HeadCheck } from './delivery/head-check.ts'
import { ReadTurns } from './delivery/read-turns.ts'
import { isInbox } from './inbox.ts'
import { MembersCheck } from './members/members-check.ts'
import { Room, type RoomParts } from './room.ts'
import { createServerSender } from './server-messages.ts'

interface ActiveRoomsParts extends Omit<RoomParts, 'onUncertain' | 'server' | 'nodes' | 'readMissed'> {
  /** undefined in a log of one process. */
  readonly nodes?: Pick<RoomNodesParts, 'links' | 'graceMs'> | undefined
}

interface ActiveRoom {
  readonly room: Room
  references: number
}

/** The rooms that have members or running writes: one `Room` a name, removed with its last reference. */
export class ActiveRooms {
  readonly #parts: RoomParts
  readonly #rooms = new Map<string, ActiveRoom>()

  readonly #headCheck: HeadCheck
  readonly #membersCheck: MembersCheck | undefined

  constructor({ nodes: link, ...parts }: ActiveRoomsParts) {
    const { log, report } = parts
    const server = createServerSender()
    const onUncertain = (room: Room): void => void this.#headCheck.check([room])
    const nodes = link && this.#createNodes(link, parts)
    this.#membersCheck = nodes && new MembersCheck(nodes)
    const turns = new ReadTurns()
    const readMissed: RoomLog['page'] = (room, request) => turns.run(async () => await log.page(room, request))
    this.#parts = { ...parts, server, onUncertain, nodes, readMissed }
    this.#headCheck = new HeadCheck({
      log,
      report,
      rooms: () => this.#all(),
      checkMembers: nodes && (async () => await this.#membersCheck?.check(this.#all())),
    })
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

  /** Sends a volatile event of the server to the members on all nodes. */
  relay(name: string, event: string, data: unknown): void {
    const room = this.find(name)
    if (room) room.relay(event, data, null)
    else this.#parts.nodes?.frames.add(name, { type: 'event', event, data: data ?? null, from: null })
  }

  /** Resolves when the other nodes have been told of all changes of the members, or cannot be reached. */
  async flush(): Promise<void> {
    for (const room of this.#all()) room.shared?.flush()
    this.#parts.nodes?.frames.flush()
    await this.#parts.nodes?.writes.idle()
  }

  /** The rooms, and the members that this process has in all of them. */
  measure(): { readonly rooms: number; readonly members: number } {
    const rooms = [...this.#rooms.values()].filter(({ room }) => !isInbox(room.name))
    const members = this.#parts.nodes?.writes.members ?? rooms.reduce((sum, { room }) => sum + room.memberCount, 0)
    return { rooms: rooms.length, members }
  }

  /** No room sends changes of its members any more, or looks for entries that did not come. */
  stop(): void {
    this.#headCheck.stop()
    for (const room of this.#all()) room.stop()
  }

  /** Forgets all rooms, with the members whose leave was only delayed. */
  clear(): void {
    this.#parts.nodes?.writes.stop()
    for (const room of this.#all()) room.close()
    this.#rooms.clear()
  }

  #createNodes(link: Pick<RoomNodesParts, 'links' | 'graceMs'>, parts: Omit<ActiveRoomsParts, 'nodes'>): RoomNodes {
    link.links.add({ onRestored: () => void this.#onRestored() })
    const isElsewhere = (name: string, userId: string): boolean => this.find(name)?.shared?.isElsewhere(userId) ?? false
    return new RoomNodes({ ...parts, ...link, isElsewhere })
  }

  /** The connection to the other nodes was away: what was lost meanwhile is read at once. */
  async #onRestored(): Promise<void> {
    await Promise.all([this.checkHeads(), this.#membersCheck?.check(this.#all(), true)])
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
