import { RoomfulError } from '@roomful/contract'
import {
  type Bye,
  defaultLimits,
  type Durability,
  durabilities,
  type Entry,
  type Head,
  type Hello,
  isObject,
  isPassingCode,
  type ItemResult,
  type JoinAnswer,
  type Limits,
  type MembersDelta,
  type MembersSnapshot,
  type Pack,
  type PackedEvent,
  PROTOCOL_VERSION,
  type PublishAnswer,
  type Refused,
  wire,
  type WireMember,
  type WireMeta,
  type WireUser,
} from '@roomful/contract/protocol'
import type { LiveEvent } from './log-steps.ts'
import { MAX_MEMBERS } from './members.ts'

// Checks each message of the server before it is used. What is longer than it may be is cut, and the rest is not read.

/** The client asks for no larger page, whatever the server offers. */
const MAX_PAGE = 1_000
const MAX_AMENDMENTS = 10_000
const MAX_CAPABILITIES = 100
/** The largest time of a `Date`, in milliseconds. */
const MAX_TIME = 8.64e15

type Check<T> = (value: unknown) => value is T
/** Fields that may have any value need no check. */
type Fields<T> = { readonly [Key in keyof T]?: Check<T[Key]> }

const isText: Check<string> = (value) => typeof value === 'string'
const isDurability: Check<Durability> = (value): value is Durability =>
  (durabilities as readonly unknown[]).includes(value)
const isTime: Check<number> = (value): value is number => typeof value === 'number' && Math.abs(value) <= MAX_TIME
const isCount: Check<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0

// The annotations let bundlers leave out the checks that a page does not use.

/* @__NO_SIDE_EFFECTS__ */
function optional<T>(isFine: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || isFine(value)
}

/* @__NO_SIDE_EFFECTS__ */
function listOf<T>(isItem: Check<T>, max = Infinity): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.slice(0, max).every((item) => isItem(item))
}

/* @__NO_SIDE_EFFECTS__ */
function objectOf<T>(fields: Fields<T>): Check<T> {
  const checks = Object.entries<Check<unknown>>(fields as Record<string, Check<unknown>>)
  return (value): value is T => isObject(value) && checks.every(([name, isFine]) => isFine(value[name]))
}

export const isUser: Check<WireUser> = objectOf<WireUser>({ id: isText })
const isUserOrNull = (value: unknown): value is WireUser | null => value === null || isUser(value)
const isMember = objectOf<WireMember>({ user: isUser })
const isEntry = objectOf<Entry>({ event: isText, seq: isCount, id: isText, from: isUserOrNull, at: isTime })
const isStored = objectOf<ItemResult>({ seq: isCount, at: isTime } as Fields<ItemResult>)
/** A refusal needs only its code. If its message or data is malformed, the code is still used. */
export const isRefused: Check<Refused> = objectOf<Refused>({ code: isText })
const isPage = objectOf<Partial<JoinAnswer> & Pick<JoinAnswer, 'epoch' | 'head' | 'first'>>({
  epoch: isText,
  head: isCount,
  first: isCount,
  entries: optional(listOf(isEntry)),
  amendments: optional(listOf(isEntry)) as Check<readonly Entry[]>,
  continues: optional(isCount),
  members: optional(
    objectOf<MembersSnapshot>({
      v: isCount,
      count: optional(isCount) as Check<number>,
      list: listOf(isMember, MAX_MEMBERS),
    }),
  ),
})
const isPublished = objectOf<Partial<PublishAnswer>>({
  results: optional(listOf((value): value is ItemResult => isStored(value) || isRefused(value))),
})

/** Malformed details of a `$bye` are ignored, as those of a refusal. */
export const isBye: Check<Bye> = objectOf<Bye>({ code: isText })
/** A message of the protocol to one room. */
export const isRoomMessage: Check<{ readonly room: string }> = objectOf<{ readonly room: string }>({ room: isText })
export const isHead: Check<Head> = objectOf<Head>({
  epoch: isText,
  seq: isCount,
  previous: optional(objectOf<Required<Head>['previous']>({ epoch: isText, head: isCount })),
} as Fields<Head>)
export const isMembersDelta: Check<MembersDelta> = objectOf<MembersDelta>({
  v: isCount,
  count: optional(isCount) as Check<number>,
  list: optional(listOf(isMember, MAX_MEMBERS)),
  set: optional(listOf(isMember, MAX_MEMBERS)),
  gone: optional(listOf(isText, MAX_MEMBERS)),
})
/** The last argument of a room event. */
export const isMeta: Check<WireMeta> = objectOf<WireMeta>({
  $room: isText,
  from: optional(isUserOrNull),
  at: isTime,
} as Fields<WireMeta>)
/** Whether the room event has a place in the log; a volatile one has none. */
export const isLogged: Check<Required<WireMeta>> = objectOf<Required<WireMeta>>({
  epoch: isText,
  seq: isCount,
  id: isText,
})
const isNamed = objectOf<PackedEvent>({
  event: isText,
  from: optional(isUserOrNull),
  at: isTime,
} as Fields<PackedEvent>)
const isPlaced = objectOf<PackedEvent>({ seq: isCount, id: isText } as Fields<PackedEvent>)
const isPack = objectOf<Pack>({
  epoch: isText,
  from: optional(isUserOrNull),
  events: listOf((event): event is PackedEvent => isNamed(event) && (event.seq === undefined || isPlaced(event))),
} as Fields<Pack>)
const isHello = objectOf<Partial<Hello>>({ user: optional(isUserOrNull) })

/** The hello of a server that speaks this version of the protocol. */
export function readHello(value: unknown): Hello | undefined {
  if (!isHello(value) || value.v !== PROTOCOL_VERSION) return undefined
  const { user = null, limits, now, durability, ...rest } = value
  const capabilities = cut(value, 'capabilities', MAX_CAPABILITIES)['capabilities']
  return {
    ...(rest as Hello),
    ...(isDurability(durability) && { durability }),
    user,
    capabilities: listOf(isText)(capabilities) ? capabilities : [],
    limits: readLimits(limits),
    now: isTime(now) ? now : Date.now(),
  }
}

/** A missing or malformed limit is the protocol's default. */
function readLimits(value: unknown): Limits {
  const said = isObject(value) ? value : {}
  const known = Object.entries(defaultLimits).map(([name, standard]) => {
    const limit = said[name]
    const isFine = isCount(limit) && (limit > 0 || name === 'dedupMs')
    return [name, isFine ? Math.min(limit, name === 'page' ? MAX_PAGE : limit) : standard]
  })
  return Object.fromEntries(known) as unknown as Limits
}

/**
 * The answer to `$join` or `$history`; throws the server's refusal, or `INVALID` for a malformed answer. An entry beyond
 * the head is malformed: it must not move the client's place in the log. At most `limit` entries are read: the first ones,
 * or the last ones if the newest were asked for.
 */
export function readPage(request: string, value: unknown, limit: number, isNewest: boolean): Omit<JoinAnswer, 'ok'> {
  const page = cut(cut(granted(request, value), 'amendments', MAX_AMENDMENTS), 'entries', limit, isNewest)
  if (!isPage(page)) throw unreadable(request)
  const { head, first, entries = [] } = page
  if (first > head + 1 || entries.some(({ seq }) => seq > head)) throw unreadable(request)
  return { ...page, entries }
}

/** The events of a pack, each with its sender; undefined for a malformed pack. One malformed event makes the pack malformed. */
export function readPack(
  value: unknown,
): { readonly epoch: string; readonly events: readonly LiveEvent[] } | undefined {
  if (!isPack(value)) return undefined
  const { epoch, from = null, events } = value
  return {
    epoch,
    events: events.map((event) => (event.from === undefined ? { from, ...event } : event)) as LiveEvent[],
  }
}

/** An answer with fewer results than items must have a code. */
export function readPublishAnswer(value: unknown, items: number): PublishAnswer {
  const answer = isObject(value) ? cut(value, 'results', items) : value
  if (!isPublished(answer)) throw unreadable(wire.publish)
  const { ok = false, epoch, results = [], code, ...rest } = answer
  if (results.length < items && !isText(code)) throw unreadable(wire.publish)
  return { ok, epoch: isText(epoch) ? epoch : '', results, ...rest, ...(isText(code) && { code }) }
}

/** The same object with at most `max` items in the list of this name. */
function cut(value: object, name: string, max: number, isEnd = false): Readonly<Record<string, unknown>> {
  const list = (value as Readonly<Record<string, unknown>>)[name]
  return { ...value, [name]: Array.isArray(list) ? list.slice(isEnd ? -max : 0, isEnd ? undefined : max) : list }
}

/** The answer of a server that granted the request; throws its refusal, or `INVALID` for a malformed answer. */
export function granted(request: string, value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value) && value['ok'] === true) return value
  throw isRefused(value) ? refusedBy(value) : unreadable(request)
}

/** A refusal as an error, with the server's code and sentence. */
export function refusedBy({ code, message, after }: Pick<Refused, 'code' | 'message' | 'after'>): RoomfulError {
  const sentence = isText(message) ? message : `the server refused: ${code}`
  const data = typeof after === 'number' ? { after } : undefined
  return new RoomfulError(code, sentence, { refusal: { code, message: sentence, data } })
}

/** The error of `$out`. A code that passes would promise another try: it is read as the general one. */
export function removedBy({ code, message }: Pick<Refused, 'code' | 'message'>): RoomfulError {
  return refusedBy({ code: isPassingCode(code) ? 'REMOVED' : code, ...(message !== undefined && { message }) })
}

function unreadable(request: string): RoomfulError {
  return new RoomfulError('INVALID', `the server's answer to ${request} is malformed`)
}
