import { isObject } from '@roomful/contract/protocol'
import type { TraceEntry } from '@roomful/testing/trace'

/** Properties of the protocol's own packets that hold data of the app. */
const APP_DATA: ReadonlySet<string> = new Set(['data', 'presence', 'params'])
/** Properties of the protocol's own packets that hold a user, whose `id` is kept. */
const USERS: ReadonlySet<string> = new Set(['from', 'user'])

/** The entry without message data: texts become dots of the same length, numbers 0. Names of events and rooms, ids of users and the protocol's own numbers stay. */
export function maskEntry(entry: TraceEntry): TraceEntry {
  if (!('args' in entry)) return entry
  const { event, args } = entry
  return { ...entry, args: event.startsWith('$') ? args.map(maskProtocol) : maskAppArgs(args) }
}

/** Data of the app; the last argument of a room event is the protocol's. */
function maskAppArgs(args: readonly unknown[]): unknown[] {
  return args.map((arg, index) => {
    const isMeta = index === args.length - 1 && isObject(arg) && typeof arg['$room'] === 'string'
    return isMeta ? maskProtocol(arg) : maskData(arg)
  })
}

function maskProtocol(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskProtocol)
  if (!isObject(value)) return value
  return mapped(value, (part, key) =>
    APP_DATA.has(key) ? maskData(part) : USERS.has(key) ? maskUser(part) : maskProtocol(part),
  )
}

function maskUser(user: unknown): unknown {
  return isObject(user) ? mapped(user, (part, key) => (key === 'id' ? part : maskData(part))) : maskData(user)
}

function maskData(value: unknown): unknown {
  if (typeof value === 'string') return '•'.repeat(value.length)
  if (typeof value === 'number') return 0
  if (Array.isArray(value)) return value.map(maskData)
  if (!isObject(value)) return value
  if (typeof value['$omitted'] === 'number') return value
  if (typeof value['$binary'] === 'string') return { $binary: '' }
  return mapped(value, maskData)
}

function mapped(
  value: Readonly<Record<string, unknown>>,
  map: (part: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, map(part, key)]))
}
