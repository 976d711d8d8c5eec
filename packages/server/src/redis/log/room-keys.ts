/** The rooms lie in so many partitions, each in one hash slot. */
export const PARTITIONS = 64

/** The keys of a room, all with the hash tag of its partition. */
export interface RoomKeys {
  /** The name of the room as it is stored: all characters survive, and none is a line break. */
  readonly name: string
  readonly partition: number
  /** The keys of scripts: the hash of the partition, the hash of the room, the list of its entries. */
  readonly all: readonly [partition: string, room: string, entries: string]
  readonly channel: string
}

export function roomKeys(prefix: string, room: string): RoomKeys {
  const name = JSON.stringify(room)
  const partition = partitionOf(room)
  const tag = tagOf(prefix, partition)
  const all = [partitionKey(prefix, partition), `${tag}:log:${name}`, `${tag}:entries:${name}`] as const
  return { name, partition, all, channel: `${tag}:room:${name}` }
}

export function partitionKey(prefix: string, partition: number): string {
  return `${tagOf(prefix, partition)}:partition`
}

/** FNV-1a. */
export function partitionOf(room: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < room.length; index += 1) hash = Math.imul(hash ^ room.charCodeAt(index), 0x01000193) >>> 0
  return hash % PARTITIONS
}

function tagOf(prefix: string, partition: number): string {
  return `{${prefix}:${partition}}`
}
