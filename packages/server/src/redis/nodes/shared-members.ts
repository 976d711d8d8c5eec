import { randomInt } from 'node:crypto'
import type { GoneMember, MembersPosition, NodeMember, SetMember, SharedMembers } from '../../nodes/nodes.ts'
import type { RedisConnection } from '../redis-connection.ts'
import { decodeText, encodeText, partitionOf, readSlices } from '../room-keys.ts'
import { READ_MEMBERS, READ_POSITIONS, REMOVE_MEMBERS, SET_MEMBER } from './member-scripts.ts'
import type { NodeKeys } from './node-keys.ts'
import { listOf, pairsOf, positionOf, textOf } from './redis-replies.ts'

/** The most rooms whose positions one script reads. */
const ROOMS_PER_SCRIPT = 1_000
/** About as many fields one HSCAN gives. */
const ROOMS_PER_PAGE = 100
/** About as many users one script looks at, to find those of an ended node. */
const USERS_PER_SLICE = 250

/** A node, and the number of its life. */
export interface NodeLife {
  readonly node: string
  readonly life: number
}

/** A page of a hash by HSCAN. The cursor of the last one is `0`. */
export interface HashPage {
  readonly cursor: string
  readonly fields: readonly (readonly [room: string, value: string])[]
}

/** The members of rooms in Redis. */
export class SharedMemberStore {
  readonly #connection: RedisConnection
  readonly #keys: NodeKeys

  constructor(connection: RedisConnection, keys: NodeKeys) {
    this.#connection = connection
    this.#keys = keys
  }

  async set(by: NodeLife, room: string, userId: string, state: string | undefined): Promise<SetMember> {
    const reply = await this.#connection.run(SET_MEMBER, this.#changeKeys(room, by), [
      ...this.#changeArgs(room, by),
      encodeText(userId),
      state === undefined ? '' : encodeText(state),
    ])
    const [version, count, wasMember, isMember] = listOf(reply).map(Number)
    return { ...positionOf(version, count), wasMember: wasMember === 1, isMember: isMember === 1 }
  }

  async read(room: string, limit: number): Promise<SharedMembers> {
    const keys = [this.#keys.index(partitionOf(room)), this.#keys.members(room)]
    const reply = await this.#connection.run(READ_MEMBERS, keys, [newBase(), encodeText(room), limit])
    const [version, count, users] = listOf(reply)
    const states = users === undefined ? undefined : pairsOf(users).flatMap(([user, lines]) => statesOf(user, lines))
    return { ...positionOf(version, count), states }
  }

  async positions(rooms: readonly string[]): Promise<readonly MembersPosition[]> {
    const positions: MembersPosition[] = rooms.map(() => ({ version: 0, count: 0 }))
    await readSlices(rooms, ROOMS_PER_SCRIPT, async ({ partition, indices }) => {
      const names = indices.map((index) => encodeText(rooms[index] ?? ''))
      const reply = await this.#connection.run(READ_POSITIONS, [this.#keys.index(partition)], [newBase(), ...names])
      for (const [order, record] of listOf(reply).entries()) {
        const index = indices[order]
        const [version, count] = textOf(record).split(' ')
        if (index !== undefined && record !== null) positions[index] = positionOf(version, count)
      }
    })
    return positions
  }

  /** A page of the rooms of a partition that have members, with their numbers. */
  async rooms(partition: number, cursor: string): Promise<HashPage> {
    return await this.#page(this.#keys.index(partition), cursor)
  }

  /** A page of the rooms of a partition in which a node has set members. */
  async roomsOf(node: string, partition: number, cursor: string): Promise<HashPage> {
    return await this.#page(this.#keys.roomsOf(node, partition), cursor)
  }

  /** Removes what a node has set in a room in the given life and before. Returns the users who are no members any more. */
  async remove(ended: NodeLife, room: string): Promise<readonly GoneMember[]> {
    const gone: GoneMember[] = []
    let cursor = '0'
    do {
      const args = [...this.#changeArgs(room, ended), cursor, USERS_PER_SLICE]
      const [next, ...users] = listOf(await this.#connection.run(REMOVE_MEMBERS, this.#changeKeys(room, ended), args))
      for (const [userId, state] of pairsOf(users))
        gone.push({ room, userId: decodeText(userId), state: decodeText(state) })
      cursor = textOf(next)
    } while (cursor !== '0')
    return gone
  }

  async #page(key: string, cursor: string): Promise<HashPage> {
    const [next, fields] = listOf(await this.#connection.command(key, 'HSCAN', key, cursor, 'COUNT', ROOMS_PER_PAGE))
    return { cursor: textOf(next), fields: pairsOf(fields).map(([room, value]) => [decodeText(room), value]) }
  }

  #changeKeys(room: string, { node }: NodeLife): string[] {
    const partition = partitionOf(room)
    return [this.#keys.index(partition), this.#keys.members(room), this.#keys.roomsOf(node, partition)]
  }

  #changeArgs(room: string, { node, life }: NodeLife): (string | number)[] {
    return [newBase(), encodeText(room), this.#keys.roomChannel(room), this.#keys.publish, node, life]
  }
}

function statesOf(user: string, lines: string): NodeMember[] {
  const userId = decodeText(user)
  return lines.split('\n').map((line) => {
    const [node = '', life = ''] = line.split(' ', 2)
    return { node, userId, state: decodeText(line.slice(node.length + life.length + 2)) }
  })
}

/** Where versions begin after members were forgotten: far from every version that a node may know. */
function newBase(): number {
  return randomInt(2 ** 40, 2 ** 48 - 1)
}
