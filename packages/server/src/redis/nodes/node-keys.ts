import type { RedisConnection } from '../redis-connection.ts'
import { encodeText, partitionOf, partitionTag, roomChannel } from '../room-keys.ts'

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

  roomChannel(room: string): string {
    return roomChannel(this.#prefix, room)
  }

  /** The versions and counts of all rooms of a partition. */
  index(partition: number): string {
    return `${this.#tag(partition)}:members`
  }

  /** The members of a room. */
  members(room: string): string {
    return `${this.#tag(partitionOf(room))}:members:${encodeText(room)}`
  }

  /** The rooms of a partition in which a node has set members. */
  roomsOf(node: string, partition: number): string {
    return `${this.#tag(partition)}:node:${node}`
  }

  #tag(partition: number): string {
    return partitionTag(this.#prefix, partition)
  }
}
