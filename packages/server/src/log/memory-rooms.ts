import { hash, randomBytes } from 'node:crypto'
import { refuse } from '../refuse.ts'
import type { LogHead } from './log-entry.ts'
import { type Epochs, nextEpochs } from './lineage.ts'
import { MemoryEntries } from './memory-entries.ts'
import type { Sender } from './sender-row.ts'

interface KeptRoom {
  readonly log: MemoryEntries
  readonly owner: string
}

interface MemoryRoomsParts {
  readonly maxRooms: number
  readonly maxBytes: number
  /** Called with each room that was forgotten. */
  readonly onForget: (room: string) => void
}

/** An owner with this part of all rooms makes space for a new one among its own: a flood of new rooms takes none of others. */
const OWNERS = 20

/**
 * The rooms that a message was written to. Others need no memory, since their epoch is derived from their name. A room in use is
 * never forgotten.
 */
export class MemoryRooms {
  readonly #parts: MemoryRoomsParts
  /** The rooms in use, each with its epoch, which must not change under its members. */
  readonly #used = new Map<string, Epochs>()
  readonly #kept = new Map<string, KeptRoom>()
  /** The kept rooms that are not in use, unused for longest first. */
  readonly #idle = new Set<string>()
  readonly #countOf = new Map<string, number>()
  #seed = randomSeed()

  constructor(parts: MemoryRoomsParts) {
    this.#parts = parts
  }

  find(room: string): MemoryEntries | undefined {
    return this.#kept.get(room)?.log
  }

  positionOf(room: string): LogHead {
    const { epoch, lineage } = this.#used.get(room) ?? { epoch: this.#derive(room), lineage: [] }
    return this.find(room)?.position ?? { epoch, lineage, head: 0, count: 0 }
  }

  /** Keeps the room until `release`. */
  use(room: string): void {
    this.#used.set(room, this.positionOf(room))
    this.#idle.delete(room)
  }

  release(room: string): void {
    if (this.#used.delete(room) && this.#kept.has(room)) this.#idle.add(room)
  }

  newEpoch(): void {
    this.#seed = randomSeed()
    for (const [room, epochs] of this.#used) this.#used.set(room, nextEpochs(epochs, 0, this.#derive(room)))
    for (const [room, { log }] of this.#kept) log.newEpoch(this.#derive(room))
  }

  /** The log to write to. @throws RefusalError `LIMIT` for a new room that does not fit. */
  open(room: string, sender: Sender): MemoryEntries {
    const known = this.find(room)
    if (known !== undefined) return known
    const owner = ownerOf(sender)
    const { epoch, lineage } = this.positionOf(room)
    const log = new MemoryEntries({ epoch, lineage }, this.#parts.maxBytes)
    const victim = this.#victimOf(owner)
    if (victim !== undefined) this.#forget(victim)
    this.#kept.set(room, { log, owner })
    this.#countOf.set(owner, this.#count(owner) + 1)
    if (!this.#used.has(room)) this.#idle.add(room)
    return log
  }

  /** @throws RefusalError `LIMIT` where a new room of the sender does not fit. */
  assertSpace(room: string, sender: Sender): void {
    if (!this.#kept.has(room)) this.#victimOf(ownerOf(sender))
  }

  /** The room to forget for a new one of the owner; undefined while there is space. */
  #victimOf(owner: string): string | undefined {
    const { maxRooms } = this.#parts
    if (this.#kept.size < maxRooms) return undefined
    const isFlood = owner !== SERVER && this.#count(owner) >= maxRooms / OWNERS
    for (const room of this.#idle) if (!isFlood || this.#kept.get(room)?.owner === owner) return room
    throw refuse('LIMIT', `the server holds at most ${maxRooms} rooms with messages at a time`)
  }

  #forget(room: string): void {
    const owner = this.#kept.get(room)?.owner ?? SERVER
    this.#kept.delete(room)
    this.#idle.delete(room)
    const left = this.#count(owner) - 1
    if (left > 0) this.#countOf.set(owner, left)
    else this.#countOf.delete(owner)
    // The numbers of the room begin anew, so that its next epoch must be another one.
    this.#seed = randomSeed()
    this.#parts.onForget(room)
  }

  #count(owner: string): number {
    return this.#countOf.get(owner) ?? 0
  }

  #derive(room: string): string {
    return hash('sha256', `${this.#seed}\n${room}`, 'base64url').slice(0, 16)
  }
}

const SERVER = 'server'

/** The sender that a room is charged to: by its address if that is known, since a stranger may have many users. */
function ownerOf(sender: Sender): string {
  if (sender.isServer) return SERVER
  if (sender.address !== undefined) return `address ${sender.address}`
  return sender.user === null ? 'guests' : `user ${sender.user}`
}

function randomSeed(): string {
  return randomBytes(16).toString('base64url')
}
