import type { RedisConnection } from '../redis-connection.ts'

/** The rooms lie in so many partitions, each in one hash slot. */
export const PARTITIONS = 64

/** A room's name, a user's id or a state as it stands in Redis: all characters survive, and none is a line break. */
export function encodeText(text: string): string {
  return JSON.stringify(text)
}

export function decodeText(encoded: string): string {
  return JSON.parse(encoded) as string
}

/** The keys and channels of nodes. Those of a partition have one hash tag, and so have those that all nodes share. */
export class NodeKeys {
  /** PUBLISH, or SPUBLISH in a cluster. */
  readonly publish: string
  /** The keys of the heartbeat scripts. */
  readonly nodes: readonly string[]
  /** The channel of messages to all nodes. */
  readonly channel: string
  readonly #prefix: string

  constructor(prefix: string, { isCluster }: RedisConnection) {
    this.publish = isCluster ? 'SPUBLISH' : 'PUBLISH'
    this.#prefix = prefix
    const tag = `{${prefix}:nodes}`
    this.nodes = ['beats', 'nodes', 'due', 'ended'].map((name) => `${tag}:${name}`)
    this.channel = `${tag}:messages`
  }

  partitionOf(room: string): number {
    let hash = 0x811c9dc5
    for (let index = 0; index < room.length; index += 1)
      hash = Math.imul(hash ^ room.charCodeAt(index), 0x01000193) >>> 0
    return hash % PARTITIONS
  }

  roomChannel(room: string): string {
    return `${this.#tag(this.partitionOf(room))}:room:${encodeText(room)}`
  }

  /** The versions and counts of all rooms of a partition. */
  index(partition: number): string {
    return `${this.#tag(partition)}:members`
  }

  /** The members of a room. */
  members(room: string): string {
    return `${this.#tag(this.partitionOf(room))}:members:${encodeText(room)}`
  }

  /** The rooms of a partition in which a node has set members. */
  roomsOf(node: string, partition: number): string {
    return `${this.#tag(partition)}:node:${node}`
  }

  #tag(partition: number): string {
    return `{${this.#prefix}:${partition}}`
  }
}
