import type { Redis } from './redis.ts'

const MAX_ROOMS = 96
const MAX_ROOMS_OF_USER = 10
/** Sessions are free, so that one person may have many users. */
const MAX_ROOMS_OF_NETWORK = 25
const REDIS_SECONDS = 24 * 3600

/** Who creates a room: the user's id, and the network of the user's connection if it is known. */
interface Creator {
  readonly userId: string
  readonly network: string | undefined
}

/** `known`: the room was there. The others name the bound that it would exceed. */
export type Added = 'added' | 'known' | 'rooms' | 'user' | 'network'

/** The rooms that users have created. */
export interface CreatedRooms {
  /** In the order of their creation. */
  names(): Promise<readonly string[]>
  add(name: string, creator: Creator): Promise<Added>
}

export const bounds: Readonly<Record<Exclude<Added, 'added' | 'known'>, string>> = {
  rooms: `there are already ${MAX_ROOMS + 4} rooms; use one of them`,
  user: `you have created ${MAX_ROOMS_OF_USER} rooms; use one of them`,
  network: `${MAX_ROOMS_OF_NETWORK} rooms were created from your network; use one of them`,
}

/** In the memory of this process: they are lost when it ends. */
export function createdRoomsInMemory(): CreatedRooms {
  const rooms: (Creator & { readonly name: string })[] = []
  return {
    names: async () => rooms.map(({ name }) => name),
    async add(name, { userId, network }) {
      if (rooms.some((room) => room.name === name)) return 'known'
      if (rooms.length >= MAX_ROOMS) return 'rooms'
      if (rooms.filter((room) => room.userId === userId).length >= MAX_ROOMS_OF_USER) return 'user'
      const ofNetwork = rooms.filter((room) => room.network === network).length
      if (network !== undefined && ofNetwork >= MAX_ROOMS_OF_NETWORK) return 'network'
      rooms.push({ name, userId, network })
      return 'added'
    },
  }
}

/** A list of lines `user network name`, so that all nodes have the same rooms. Its arguments: user, network or `-`, name. */
const ADD = `
  local rooms = redis.call('LRANGE', KEYS[1], 0, -1)
  local ofUser, ofNetwork = 0, 0
  for _, room in ipairs(rooms) do
    local user, network, name = string.match(room, '^(%S+) (%S+) (.*)$')
    if name == ARGV[3] then return 'known' end
    if user == ARGV[1] then ofUser = ofUser + 1 end
    if network == ARGV[2] then ofNetwork = ofNetwork + 1 end
  end
  if #rooms >= ${MAX_ROOMS} then return 'rooms' end
  if ofUser >= ${MAX_ROOMS_OF_USER} then return 'user' end
  if ARGV[2] ~= '-' and ofNetwork >= ${MAX_ROOMS_OF_NETWORK} then return 'network' end
  redis.call('RPUSH', KEYS[1], table.concat(ARGV, ' '))
  if #rooms == 0 then redis.call('EXPIRE', KEYS[1], ${REDIS_SECONDS}) end
  return 'added'`

/** In Redis, for all nodes, until a day after the first of them was created. */
export function createdRoomsInRedis(redis: Redis, key: string): CreatedRooms {
  let reading: Promise<readonly string[]> | undefined
  const read = async (): Promise<readonly string[]> =>
    (await redis.lRange(key, 0, -1)).map((line) => line.split(' ').slice(2).join(' '))
  return {
    // Clients that ask at the same time share one read.
    names: () => (reading ??= read().finally(() => (reading = undefined))),
    async add(name, { userId, network = '-' }) {
      return (await redis.eval(ADD, { keys: [key], arguments: [userId, network, name] })) as Added
    },
  }
}
