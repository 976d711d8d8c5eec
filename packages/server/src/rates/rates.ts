import { RoomfulError } from '@roomful/contract'
import { describe, isObject } from '@roomful/contract/protocol'
import { assertIntegers } from '../assert-numbers.ts'
import type { Rate } from './token-bucket.ts'

/** The rates of one connection. Beyond them a request gets `RATE`, with the time after which it fits. */
export interface ConnectionRates {
  /** Messages: the items of `$publish`. Those that are sent again and were stored already do not count. Default: 50 a second, 1,000 at once. */
  readonly publishes: Rate
  /** Rooms that are joined, and `$auth`, which calls `authenticate`. Default: 20 a second, 256 at once. */
  readonly joins: Rate
  /** Requests of every kind. Default: 400 a second, 2,000 at once. */
  readonly requests: Rate
  /** Default: 20 a second, 128 at once. */
  readonly typing: Rate
  /** Default: 20 a second, 256 at once. */
  readonly presence: Rate
  /** Volatile events. Default: 250 a second, 1,000 at once. */
  readonly volatile: Rate
  /** The size of requests, about as bytes of JSON. Default: 262,144 a second, 1,048,576 at once. */
  readonly bytes: Rate
  /**
   * Requests that were refused with `RATE`. Beyond it the connection ends, with `$bye` `RATE`, and its address gets no new connection
   * until half of the burst is free again (5 s by default). Default: 20 a second, 200 at once.
   */
  readonly refusals: Rate
}

/** The rates of one address: an IPv4 address or an IPv6 network of 64 bits. See `trustProxy`. */
export interface AddressRates {
  /** New connections; more are refused by HTTP, before they have a session. Default: 50 a second, 500 at once. */
  readonly connections: Rate
  /** Calls of `authenticate`; more are refused with `RATE`. Default: 50 a second, 500 at once. */
  readonly sessions: Rate
}

export interface Rates extends ConnectionRates, AddressRates {
  /** The most connections of one address that are open. Default: 2,000. */
  readonly openConnections: number
  /**
   * All connections of one address together have this many times the rates of one. Of a user whose address is unknown, all
   * connections of the user. Default: 10.
   */
  readonly perAddress: number
}

type RateOption<T> = false | (T extends Rate ? Partial<T> : T)

/** What is not given has its default; `false` removes a bound, or all of them. */
export type RatesOption = false | { readonly [Name in keyof Rates]?: RateOption<Rates[Name]> }

const DEFAULTS: Rates = {
  publishes: { perSecond: 50, burst: 1_000 },
  joins: { perSecond: 20, burst: 256 },
  requests: { perSecond: 400, burst: 2_000 },
  typing: { perSecond: 20, burst: 128 },
  presence: { perSecond: 20, burst: 256 },
  volatile: { perSecond: 250, burst: 1_000 },
  bytes: { perSecond: 262_144, burst: 1_048_576 },
  refusals: { perSecond: 20, burst: 200 },
  connections: { perSecond: 50, burst: 500 },
  sessions: { perSecond: 50, burst: 500 },
  openConnections: 2_000,
  perAddress: 10,
}

/** The rates with all defaults; undefined means no bound. */
export type RateSettings = { readonly [Name in keyof Rates]: Rates[Name] | undefined }

/** The rates that a request may count towards. */
export const requestRates = ['publishes', 'joins', 'requests', 'typing', 'presence', 'volatile', 'bytes'] as const
export type RequestRate = (typeof requestRates)[number]

const NAMES = Object.keys(DEFAULTS) as (keyof Rates)[]

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function ratesOf(option: RatesOption = {}): RateSettings {
  if (option !== false && !isObject(option))
    throw invalid(`limits.rates must be an object, or false for no rates, got ${describe(option)}`)
  for (const name of Object.keys(option))
    if (!Object.hasOwn(DEFAULTS, name)) throw invalid(`unknown rate "${name}": expected one of ${NAMES.join(', ')}`)
  const entries = NAMES.map((name) => [name, option === false ? undefined : settingOf(name, option[name])])
  return Object.fromEntries(entries) as RateSettings
}

function settingOf(name: keyof Rates, given: unknown): unknown {
  const normal = DEFAULTS[name]
  if (given === undefined) return normal
  if (given === false) return undefined
  if (typeof normal === 'number') {
    assertIntegers('createRooms: limits.rates', { [name]: given })
    return given
  }
  if (!isObject(given))
    throw invalid(`limits.rates.${name} must be { perSecond, burst } or false, got ${describe(given)}`)
  for (const key of Object.keys(given))
    if (!Object.hasOwn(normal, key)) throw invalid(`limits.rates.${name}: unknown "${key}": expected perSecond, burst`)
  const rate = { ...normal, ...given }
  assertIntegers(`createRooms: limits.rates.${name}`, rate)
  return rate
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `createRooms: ${sentence}`)
}
