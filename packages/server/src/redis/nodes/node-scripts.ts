import type { RedisScript } from '../redis-connection.ts'
import { BEAT, HOLD_CLAIM, LIST, STOP } from './heartbeat-scripts.ts'
import { READ_MEMBERS, READ_POSITIONS, REMOVE_MEMBERS, SET_MEMBER } from './member-scripts.ts'

/** The scripts that a connection must have loaded for `RedisNodes`. */
export const nodeScripts: readonly RedisScript[] = [
  SET_MEMBER,
  READ_MEMBERS,
  READ_POSITIONS,
  REMOVE_MEMBERS,
  BEAT,
  HOLD_CLAIM,
  STOP,
  LIST,
]
