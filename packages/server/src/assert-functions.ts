import { type AnyContract, RoomfulError } from '@roomful/contract'
import { describe, durabilities, isObject } from '@roomful/contract/protocol'
import type { RoomLog } from './log/log.ts'
import { assertDedup } from './log/row-limits.ts'
import type { RoomsOptions } from './options.ts'

const LOG_METHODS = [
  'commit',
  'row',
  'page',
  'heads',
  'subscribe',
  'ban',
  'setBan',
  'newEpoch',
] as const satisfies readonly (keyof RoomLog)[]

/** Checks that a log of the app's own has what is needed. @throws RoomfulError `INVALID_ARGUMENT` */
export function assertLog(log: RoomLog): void {
  if (!isObject(log)) throw invalid(`log must be memoryLog(), sqliteLog() or another RoomLog, got ${describe(log)}`)
  assertDedup('createRooms: log', log.dedupMs)
  if (log.durability !== undefined && !durabilities.includes(log.durability))
    throw invalid(`the log's durability must be one of ${durabilities.join(', ')}, got ${describe(log.durability)}`)
  const missing = LOG_METHODS.filter((name) => typeof log[name] !== 'function')
  if (missing.length > 0) throw invalid(`the log must have the methods of RoomLog; missing: ${missing.join(', ')}`)
}

/** Checks that each function of the app is one. @throws RoomfulError `INVALID_ARGUMENT` */
export function assertFunctions<C extends AnyContract, Claims>(options: RoomsOptions<C, Claims>): void {
  const { authenticate, authorize, mergePresence, onJoin, onLeave, onError, inspect, rateCheck, tracing } = options
  if (authorize !== undefined && !isObject(authorize))
    throw invalid(`authorize must be { join, emit }, got ${describe(authorize)}`)
  const functions: Readonly<Record<string, unknown>> = {
    authenticate,
    'authorize.join': authorize?.join,
    'authorize.emit': authorize?.emit,
    mergePresence,
    onJoin,
    onLeave,
    onError,
    inspect,
    rateCheck,
  }
  for (const [name, value] of Object.entries(functions))
    if (value !== undefined && typeof value !== 'function')
      throw invalid(`${name} must be a function, got ${describe(value)}`)
  if (tracing !== undefined && !(isObject(tracing) && typeof tracing.handle === 'function'))
    throw invalid(`tracing must be otelTracing(), got ${describe(tracing)}`)
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `createRooms: ${sentence}`)
}
