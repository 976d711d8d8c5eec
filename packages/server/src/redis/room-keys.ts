/** The rooms lie in so many partitions, each in one hash slot. */
export const PARTITIONS = 64

/** The keys of a room's log, all with the hash tag of its partition. */
export interface RoomKeys {
  /** The name of the room as it is stored. */
  readonly name: string
  readonly partition: number
  /** The keys of scripts: the hash of the partition, the hash of the room, the list of its entries, the set of its amendments. */
  readonly all: readonly [partition: string, room: string, entries: string, amendments: string]
  readonly channel: string
}

export function roomKeys(prefix: string, room: string): RoomKeys {
  const name = encodeText(room)
  const partition = partitionOf(room)
  const tag = partitionTag(prefix, partition)
  const all = [
    partitionKey(prefix, partition),
    `${tag}:log:${name}`,
    `${tag}:entries:${name}`,
    `${tag}:amendments:${name}`,
  ] as const
  return { name, partition, all, channel: roomChannel(prefix, room) }
}

/** The channel of a room's entries, of the changes of its members, and of messages to the nodes that have some. */
export function roomChannel(prefix: string, room: string): string {
  return `${partitionTag(prefix, partitionOf(room))}:room:${encodeText(room)}`
}

export function partitionKey(prefix: string, partition: number): string {
  return `${partitionTag(prefix, partition)}:partition`
}

/** What the keys and channels of a partition begin with. */
export function partitionTag(prefix: string, partition: number): string {
  return `{${prefix}:${partition}}`
}

/** FNV-1a. */
export function partitionOf(room: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < room.length; index += 1) hash = Math.imul(hash ^ room.charCodeAt(index), 0x01000193) >>> 0
  return hash % PARTITIONS
}

/** A text as it stands in Redis: all characters survive, and none is a line break. */
export function encodeText(text: string): string {
  return JSON.stringify(text)
}

export function decodeText(encoded: string): string {
  return JSON.parse(encoded) as string
}

/** Rooms of one partition, by their places in a list. */
export interface PartitionSlice {
  readonly partition: number
  readonly indices: number[]
}

/** The rooms by partition, in slices of at most `size`: one script can read all of a slice. */
function slicesByPartition(rooms: readonly string[], size: number): readonly PartitionSlice[] {
  const slices: PartitionSlice[] = []
  const open = new Map<number, PartitionSlice>()
  for (const [index, room] of rooms.entries()) {
    const partition = partitionOf(room)
    let slice = open.get(partition)
    if (slice === undefined || slice.indices.length === size) {
      slice = { partition, indices: [] }
      open.set(partition, slice)
      slices.push(slice)
    }
    slice.indices.push(index)
  }
  return slices
}

/** So many slices are read at a time: one write to Redis has the scripts of all, and other work of the process goes on in between. */
const SLICES_AT_ONCE = 16

/** Reads the slices of rooms, some at a time. */
export async function readSlices(
  rooms: readonly string[],
  size: number,
  read: (slice: PartitionSlice) => Promise<void>,
): Promise<void> {
  const slices = slicesByPartition(rooms, size)
  for (let start = 0; start < slices.length; start += SLICES_AT_ONCE)
    await Promise.all(slices.slice(start, start + SLICES_AT_ONCE).map(read))
}
