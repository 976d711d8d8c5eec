import { RoomfulError } from '@roomful/contract'
import { describe, isObject } from '@roomful/contract/protocol'
import {
  MAX_TRACE_ENTRIES,
  MAX_TRACE_LENGTH,
  type Trace,
  TRACE_FORMAT,
  TRACE_VERSION,
  type TraceEvent,
} from './trace.ts'

type Check = readonly [what: string, isFine: (value: unknown) => boolean]

const TEXT: Check = ['a string', (value) => typeof value === 'string']
const NUMBER: Check = ['a number of at least 0', (value) => Number.isFinite(value) && (value as number) >= 0]
const FLAG: Check = ['true or false', (value) => typeof value === 'boolean']
const LIST: Check = ['an array', Array.isArray]
const ERROR: Check = [
  'an error { code, message }',
  (value) => isObject(value) && TEXT[1](value['code']) && TEXT[1](value['message']),
]
const SIDE: Check = ['"in" or "out"', (value) => value === 'in' || value === 'out']
const optional = ([what, isFine]: Check): Check => [what, (value) => value === undefined || isFine(value)]

/** The properties of each entry, beside `type` and `at`. */
const ENTRIES: { readonly [Type in TraceEvent['type']]: Readonly<Record<string, Check>> } = {
  attempt: {},
  opened: { id: TEXT, recovered: FLAG },
  failed: { refused: FLAG, error: ERROR },
  closed: { kicked: FLAG, error: ERROR },
  left: {},
  in: { event: TEXT, args: LIST, asks: optional(FLAG) },
  out: { event: TEXT, args: LIST, call: optional(NUMBER) },
  ack: { event: TEXT, args: LIST, call: NUMBER, ms: NUMBER },
  answer: { event: TEXT, args: LIST },
  drop: { direction: SIDE, event: TEXT, room: optional(TEXT), reason: TEXT },
  connection: { from: TEXT, to: TEXT, reason: optional(TEXT), error: optional(ERROR) },
  room: { room: TEXT, from: TEXT, to: TEXT, error: optional(ERROR) },
  queue: { queued: NUMBER, sending: NUMBER },
  error: { source: TEXT, error: ERROR },
  fault: { fault: TEXT, detail: optional(TEXT) },
}

const oneOf = (...names: readonly string[]): Check => [
  names.map((name) => `"${name}"`).join(' or '),
  (value) => names.includes(value as string),
]
const HEAD: Readonly<Record<Exclude<keyof Trace, 'entries'>, Check>> = {
  format: oneOf(TRACE_FORMAT),
  version: [`${TRACE_VERSION}, which this version of the package reads`, (value) => value === TRACE_VERSION],
  startedAt: NUMBER,
  url: TEXT,
  rooms: oneOf('plain', 'roomful'),
  data: oneOf('masked', 'included'),
  dropped: NUMBER,
}

/**
 * Reads a trace: the text of its file, or the object that the text gives.
 *
 * @throws RoomfulError `INVALID` for anything else; the sentence names the entry and what was expected.
 * @example const trace = parseTrace(await readFile('lost-message.trace.json', 'utf8'))
 */
export function parseTrace(trace: unknown): Trace {
  const value = typeof trace === 'string' ? parsed(trace) : trace
  if (!isObject(value)) throw invalid(`expected an object, got ${describe(value)}`)
  check(value, HEAD, '')
  const { entries } = value
  if (!Array.isArray(entries)) throw invalid(`entries: expected an array, got ${describe(entries)}`)
  if (entries.length > MAX_TRACE_ENTRIES)
    throw invalid(`entries: expected ${MAX_TRACE_ENTRIES} at most, got ${entries.length}`)
  entries.forEach((entry: unknown, index) => checkEntry(entry, `entries[${index}]`))
  return value as unknown as Trace
}

function parsed(text: string): unknown {
  if (text.length > MAX_TRACE_LENGTH)
    throw invalid(`expected ${MAX_TRACE_LENGTH} characters at most, got ${text.length}`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RoomfulError('INVALID', 'not a trace: the text is no JSON', { cause })
  }
}

function checkEntry(entry: unknown, place: string): void {
  if (!isObject(entry)) throw invalid(`${place}: expected an object, got ${describe(entry)}`)
  const { type } = entry
  if (typeof type !== 'string' || !Object.hasOwn(ENTRIES, type))
    throw invalid(`${place}.type: expected one of ${Object.keys(ENTRIES).join(', ')}, got ${describe(type)}`)
  check(entry, { at: NUMBER, ...ENTRIES[type as TraceEvent['type']] }, `${place}.`)
}

function check(value: Readonly<Record<string, unknown>>, checks: Readonly<Record<string, Check>>, place: string): void {
  for (const [name, [what, isFine]] of Object.entries(checks))
    if (!isFine(value[name])) throw invalid(`${place}${name}: expected ${what}, got ${describe(value[name])}`)
}

function invalid(why: string): RoomfulError {
  return new RoomfulError('INVALID', `not a trace: ${why}`)
}
