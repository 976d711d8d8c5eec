import { type AnyContract, type Presence, RoomfulError, type User } from '@roomful/contract'
import { assertRoomName, validate, type WireMember } from '@roomful/contract/protocol'
import { assertIntegers } from '../assert-numbers.ts'
import type { Drain } from '../drain.ts'
import type { Page } from '../log/log.ts'
import type { Settings } from '../settings.ts'
import type { ActiveRooms } from './active-rooms.ts'
import { createPresenceMerge } from './members/presence-rules.ts'
import { readMembers } from './members/read-members.ts'
import { redactMessage } from './redact.ts'
import type { NodeOperations } from './node-operations.ts'
import { assertUser, assertUserId, banFrom, byeFrom } from './operation-arguments.ts'
import type {
  DisconnectOptions,
  HistoryRange,
  RemoveOptions,
  RoomMember,
  RoomOperations,
  RoomSummary,
} from './operations.ts'

interface OperationParts {
  readonly settings: Settings
  readonly drain: Drain
  readonly activeRooms: ActiveRooms
  readonly nodeOperations: NodeOperations
}

/** What an operator can see and do. */
export function createOperations<C extends AnyContract>(parts: OperationParts): RoomOperations<C> {
  const { settings, drain, activeRooms, nodeOperations } = parts
  const { log } = settings
  const { nodes } = log
  const merge = createPresenceMerge(settings)

  async function remove(room: string, userId: string, options: RemoveOptions = {}): Promise<void> {
    const ban = banFrom(room, userId, options)
    const { code, message } = ban
    const putOut = (): Promise<void> =>
      nodeOperations.remove({ room, userId, code, ...(message !== undefined && { message }) })
    if (ban.until === 0) return await putOut()
    const storeBan = async (): Promise<void> => {
      await log.setBan(room, userId, ban)
      await putOut() // a client that has joined again before the ban was stored
    }
    const [, stored] = await Promise.allSettled([putOut(), storeBan()])
    if (stored.status === 'rejected') throw stored.reason
  }

  async function disconnect(userId: string, options?: DisconnectOptions): Promise<void> {
    await nodeOperations.disconnect({ userId, bye: byeFrom(userId, options) })
  }

  async function reauthorize(userId?: string): Promise<void> {
    if (userId === undefined) return await nodeOperations.reauthorize({})
    assertUserId('reauthorize', userId)
    await nodeOperations.reauthorize({ userId })
  }

  async function history(room: string, range: HistoryRange = {}): Promise<Page> {
    assertRoomName(room)
    const { page, pageBytes } = settings.limits
    const { before = Number.MAX_SAFE_INTEGER, after, limit = page } = range
    assertIntegers('rooms.history', { before, after: after ?? 0 }, 0)
    assertIntegers('rooms.history', { limit })
    const from = after === undefined ? { before } : { after }
    return await log.page(room, { ...from, limit: Math.min(limit, page), bytes: pageBytes })
  }

  async function redact(room: string, seq: number): Promise<void> {
    assertRoomName(room)
    assertIntegers('rooms.redact', { seq })
    await activeRooms.use(room, (active) => redactMessage(active, seq))
  }

  async function members(room: string): Promise<readonly RoomMember<C>[]> {
    assertRoomName(room)
    const list = await allMembers(room)
    return list.map(({ user, presence }) => ({
      user: parsed('user', user) as User<C>,
      ...(presence !== undefined && { presence: parsed('presence', presence) as Presence<C> }),
    }))
  }

  async function allMembers(name: string): Promise<readonly WireMember[]> {
    const room = activeRooms.find(name)
    if (nodes === undefined || drain.isClosing) return room?.allMembers() ?? []
    try {
      return await readMembers(name, room, nodes, merge && ((presences) => merge(presences, name)))
    } catch (error) {
      throw unreadable('members', error)
    }
  }

  /** As the contract's schema gives it out. */
  function parsed(section: 'user' | 'presence', value: unknown): unknown {
    const schema = settings.definition[section]
    return schema === undefined ? value : validate(schema, value, section)
  }

  async function* list(): AsyncGenerator<RoomSummary> {
    if (nodes === undefined || drain.isClosing) {
      for (const { name, memberCount } of activeRooms.withMembers()) yield { name, members: memberCount }
      return
    }
    try {
      yield* nodes.rooms()
    } catch (error) {
      throw unreadable('list', error)
    }
  }

  return {
    remove: (room, userId, options) => drain.run(() => remove(room, userId, options)),
    unban: (room, userId) =>
      drain.run(async () => {
        assertUser('unban', room, userId)
        await log.setBan(room, userId, undefined)
      }),
    disconnect: (userId, options) => drain.run(() => disconnect(userId, options)),
    reauthorize: (userId) => drain.run(() => reauthorize(userId)),
    members,
    redact: (room, seq) => drain.run(() => redact(room, seq)),
    history: (room, range) => drain.run(() => history(room, range)),
    list,
  }
}

function unreadable(method: string, cause: unknown): RoomfulError {
  return new RoomfulError('UNAVAILABLE', `rooms.${method}: the members of all nodes cannot be read now`, { cause })
}
