import { type AnyContract, type ContractDefinition, RoomfulError } from '@roomful/contract'
import { defaultLimits, describe, type Limits } from '@roomful/contract/protocol'
import { assertCounts, assertTimes } from './counts.ts'
import type { RoomLog } from './log/log.ts'
import { memoryLog } from './log/memory-log.ts'
import { assertDedup } from './log/row-limits.ts'
import type { Handshake, RoomsOptions } from './options.ts'
import { createReport, type Report } from './report.ts'

/** The options with everything filled in. The app's functions are typed for the app; in here the contract is only data. */
export interface Settings {
  readonly definition: ContractDefinition
  readonly authenticate: ((handshake: Handshake) => unknown) | undefined
  readonly mayJoin: ((context: object) => unknown) | undefined
  readonly mayEmit: ((context: object) => unknown) | undefined
  readonly log: RoomLog
  readonly limits: Limits
  readonly handlerTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly presenceGraceMs: number
  readonly mergePresence: ((states: readonly unknown[]) => unknown) | undefined
  readonly report: Report
}

/** @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work. */
export function settingsOf<C extends AnyContract>(options: RoomsOptions<C>): Settings {
  const definition: ContractDefinition | undefined = options.contract?.definition
  if (definition === undefined)
    throw invalid(`contract must be made by defineContract, got ${describe(options.contract)}`)
  if (definition.user !== undefined && options.authenticate === undefined)
    throw invalid('the contract says what a user is, so authenticate must say who is connecting')
  const { handlerTimeoutMs = 30_000, closeTimeoutMs = 10_000, presenceGraceMs = 5_000 } = options
  assertTimes('createRooms', { handlerTimeoutMs, closeTimeoutMs })
  assertTimes('createRooms', { presenceGraceMs }, 0)
  const log = options.log ?? memoryLog()
  assertDedup('createRooms: log', log.dedupMs)
  const { join, emit } = options.authorize ?? {}
  return {
    definition,
    authenticate: options.authenticate,
    mayJoin: join as Settings['mayJoin'],
    mayEmit: emit as Settings['mayEmit'],
    log,
    limits: limitsOf(options.limits, log.dedupMs),
    handlerTimeoutMs,
    closeTimeoutMs,
    presenceGraceMs,
    mergePresence: options.mergePresence as Settings['mergePresence'],
    report: createReport(options.onError),
  }
}

function limitsOf(given: Partial<Limits> = {}, dedupMs: number): Limits {
  assertCounts('createRooms: limits', given)
  for (const name of Object.keys(given))
    if (!Object.hasOwn(defaultLimits, name) || name === 'dedupMs') throw invalid(`there is no limit "${name}"`)
  const limits = { ...defaultLimits, ...given, dedupMs }
  if (limits.eventBytes > limits.batchBytes || limits.eventBytes > limits.pageBytes)
    throw invalid('limits: an event must fit a batch and a page: eventBytes is more than batchBytes or pageBytes')
  return limits
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `createRooms: ${sentence}`)
}
