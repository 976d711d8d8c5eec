import type { WireUser } from '@roomful/contract/protocol'
import { parseJson } from '../../json.ts'

/** What a node says of a user in a room: what the other nodes need to merge the user's connections as one node does. */
export interface MemberState {
  readonly user: WireUser
  /** The stamp of `user`: the newest one is shown. */
  readonly userAt: number
  /** At least one, oldest first; of the open ones only those that can be seen. */
  readonly connections: readonly StatedConnection[]
  /** The lost connections of other nodes whose place was taken here. */
  readonly taken: readonly string[]
}

interface StatedConnection {
  readonly at: number
  readonly lostAt: number | undefined
  readonly presence: unknown
}

/** Another version of the text needs another number, so that nodes of two versions do not misread each other. */
const VERSION = 1

export function writeState({ user, userAt, connections, taken }: MemberState): string {
  const stated = connections.map(({ at, lostAt = 0, presence }) =>
    presence === undefined ? [at, lostAt] : [at, lostAt, presence],
  )
  return JSON.stringify([VERSION, user, userAt, stated, taken])
}

/** undefined for a text of another version, or one that is damaged. */
export function readState(text: string, userId: string): MemberState | undefined {
  const parts = parseJson(text)
  if (!Array.isArray(parts) || parts[0] !== VERSION) return undefined
  const [, user, userAt, stated, taken] = parts as unknown[]
  if (!isUser(user) || user.id !== userId || !isStamp(userAt)) return undefined
  if (!Array.isArray(stated) || !stated.every(isStated) || stated.length === 0) return undefined
  if (!Array.isArray(taken) || !taken.every((key) => typeof key === 'string')) return undefined
  const connections = stated.map(([at, lostAt, presence]) => ({ at, lostAt: lostAt || undefined, presence }))
  return { user, userAt, connections, taken }
}

export function isUser(value: unknown): value is WireUser {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}

function isStated(value: unknown): value is [number, number, unknown] {
  return Array.isArray(value) && isStamp(value[0]) && isStamp(value[1])
}

function isStamp(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
