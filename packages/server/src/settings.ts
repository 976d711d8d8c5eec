import { type AnyContract, type ContractDefinition, RoomfulError } from '@roomful/contract'
import { assertEventName, defaultLimits, describe, type Limits } from '@roomful/contract/protocol'
import { assertFunctions, assertLog } from './assert-functions.ts'
import { assertIntegers, assertMilliseconds } from './assert-numbers.ts'
import { defaultServerLimits, type ServerLimits } from './guard/server-limits.ts'
import type { RoomLog } from './log/log.ts'
import { memoryLog } from './log/memory-log.ts'
import type { Inspect } from './metrics/events.ts'
import { Metrics } from './metrics/metrics.ts'
import type { Handshake, RoomsLimits, RoomsOptions } from './options.ts'
import { createReadAddress, type ReadAddress } from './rates/client-address.ts'
import type { RateCheck } from './rates/rate-check.ts'
import { type RateSettings, ratesOf } from './rates/rates.ts'
import { createReport, type Report } from './report.ts'
import type { RoomsTracing } from './tracing.ts'

/** The options with all defaults. The contract is only data here, so the app's functions lose their types. */
export interface Settings {
  readonly definition: ContractDefinition
  readonly authenticate: ((handshake: Handshake) => unknown) | undefined
  readonly authorizeJoin: ((context: object) => unknown) | undefined
  readonly authorizeEmit: ((context: object) => unknown) | undefined
  readonly onJoin: ((context: object) => unknown) | undefined
  readonly onLeave: ((context: object) => unknown) | undefined
  readonly readAddress: ReadAddress
  readonly log: RoomLog
  readonly singleProcess: boolean
  /** The limits that clients are told. */
  readonly limits: Limits
  readonly serverLimits: ServerLimits
  readonly connectTimeoutMs: number
  readonly rates: RateSettings
  readonly rateCheck: RateCheck | undefined
  readonly handlerTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly presenceGraceMs: number
  readonly mergePresence: ((states: readonly unknown[]) => unknown) | undefined
  readonly report: Report
  /** Never throws. undefined where the app does not look, so that no event is made. */
  readonly inspect: Inspect | undefined
  readonly metrics: Metrics
  readonly tracing: RoomsTracing | undefined
}

/** @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work. */
export function settingsOf<C extends AnyContract, Claims>(options: RoomsOptions<C, Claims>): Settings {
  const definition: ContractDefinition | undefined = options.contract?.definition
  if (definition === undefined)
    throw invalid(`contract must be made by defineContract, got ${describe(options.contract)}`)
  if (definition.user !== undefined && options.authenticate === undefined)
    throw invalid('the contract has a user schema, so authenticate is required')
  for (const event of Object.keys({ ...definition.room, ...definition.inbox })) assertEventName(event)
  const {
    connectTimeoutMs = 10_000,
    handlerTimeoutMs = 30_000,
    closeTimeoutMs = 10_000,
    presenceGraceMs = 5_000,
    singleProcess = false,
  } = options
  assertMilliseconds('createRooms', { connectTimeoutMs, handlerTimeoutMs, closeTimeoutMs })
  assertMilliseconds('createRooms', { presenceGraceMs }, 0)
  if (typeof singleProcess !== 'boolean')
    throw invalid(`singleProcess must be true or false, got ${describe(singleProcess)}`)
  const log = options.log ?? memoryLog()
  assertLog(log)
  assertFunctions(options)
  const { join, emit } = options.authorize ?? {}
  const report = createReport(options.onError)
  const { rates, ...limits } = options.limits ?? {}
  return {
    definition,
    authenticate: options.authenticate,
    authorizeJoin: join as Settings['authorizeJoin'],
    authorizeEmit: emit as Settings['authorizeEmit'],
    onJoin: options.onJoin as Settings['onJoin'],
    onLeave: options.onLeave as Settings['onLeave'],
    readAddress: createReadAddress(options.trustProxy, report),
    log,
    singleProcess,
    ...limitsOf(limits, log.dedupMs),
    rates: ratesOf(rates),
    rateCheck: options.rateCheck,
    connectTimeoutMs,
    handlerTimeoutMs,
    closeTimeoutMs,
    presenceGraceMs,
    mergePresence: options.mergePresence as Settings['mergePresence'],
    report,
    inspect: createInspect(options.inspect, report),
    metrics: new Metrics(),
    tracing: options.tracing,
  }
}

function createInspect(inspect: Inspect | undefined, report: Report): Inspect | undefined {
  if (inspect === undefined) return undefined
  return (event) => {
    try {
      inspect(event)
    } catch (error) {
      report(error, { during: 'inspect' })
    }
  }
}

function limitsOf(given: Omit<RoomsLimits, 'rates'>, dedupMs: number): Pick<Settings, 'limits' | 'serverLimits'> {
  assertIntegers('createRooms: limits', { ...given })
  const isLimit = (name: string): boolean => Object.hasOwn(defaultLimits, name) && name !== 'dedupMs'
  const isServerLimit = (name: string): boolean => Object.hasOwn(defaultServerLimits, name)
  for (const name of Object.keys(given))
    if (!isLimit(name) && !isServerLimit(name)) throw invalid(`unknown limit "${name}"`)
  const picked = (isPicked: (name: string) => boolean): object =>
    Object.fromEntries(Object.entries(given).filter(([name]) => isPicked(name)))
  const limits: Limits = { ...defaultLimits, ...picked(isLimit), dedupMs }
  const serverLimits: ServerLimits = { ...defaultServerLimits, ...picked(isServerLimit) }
  if (limits.eventBytes > limits.batchBytes || limits.eventBytes > limits.pageBytes)
    throw invalid('limits: an event must fit a batch and a page: eventBytes is more than batchBytes or pageBytes')
  if (serverLimits.unsentBytes < 4 * limits.pageBytes)
    throw invalid(
      'limits: a client that returns to many rooms must not be closed for the pages that it asks for: unsentBytes is less than 4 times pageBytes',
    )
  if (serverLimits.unsentTotalBytes < serverLimits.unsentBytes)
    throw invalid('limits: unsentTotalBytes is less than unsentBytes')
  return { limits, serverLimits }
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `createRooms: ${sentence}`)
}
