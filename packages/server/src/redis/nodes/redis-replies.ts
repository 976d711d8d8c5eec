import type { MembersPosition } from '../../nodes/nodes.ts'
import type { RedisReply } from '../redis-connection.ts'

export function listOf(reply: RedisReply | undefined): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : []
}

export function textOf(reply: RedisReply | undefined): string {
  return typeof reply === 'object' ? '' : String(reply ?? '')
}

/** A list of names and values, one after the other. */
export function pairsOf(reply: RedisReply | undefined): (readonly [name: string, value: string])[] {
  const list = listOf(reply)
  return Array.from({ length: Math.floor(list.length / 2) }, (_, index) => [
    textOf(list[2 * index]),
    textOf(list[2 * index + 1]),
  ])
}

export function positionOf(version: RedisReply | undefined, count: RedisReply | undefined): MembersPosition {
  return { version: Number(version), count: Number(count) }
}
