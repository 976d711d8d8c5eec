import { RoomfulError } from '@roomful/contract'
import {
  defaultLimits,
  type Entry,
  type Head,
  type Hello,
  type HistoryAnswer,
  isObject,
  type ItemResult,
  type JoinAnswer,
  type Limits,
  type MembersDelta,
  PROTOCOL_VERSION,
  type PublishAnswer,
  wire,
  type WireMember,
  type WireMeta,
  type WireUser,
} from '@roomful/contract/protocol'

// Checks each message of the server before it is used. A function returns the message, or undefined where it is malformed.

type Loose = Readonly<Record<string, unknown>>

const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isListOf = <T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.every((item) => isItem(item))

export const isUser = (value: unknown): value is WireUser => isObject(value) && isText(value['id'])
const isUserOrNull = (value: unknown): value is WireUser | null => value === null || isUser(value)
const isMember = (value: unknown): value is WireMember => isObject(value) && isUser(value['user'])
const isEntry = (value: unknown): value is Entry =>
  isObject(value) &&
  isText(value['event']) &&
  isCount(value['seq']) &&
  isText(value['id']) &&
  isUserOrNull(value['from']) &&
  typeof value['at'] === 'number'
const isResult = (value: unknown): value is ItemResult =>
  isObject(value) && (isText(value['code']) || (isCount(value['seq']) && typeof value['at'] === 'number'))

/** The hello of a server that speaks this version of the protocol. */
export function readHello(value: unknown): Hello | undefined {
  if (!isObject(value) || value['v'] !== PROTOCOL_VERSION) return undefined
  const { user = null, limits, capabilities: listed } = value
  if (!isUserOrNull(user)) return undefined
  const capabilities = isListOf(listed, isText) ? listed : []
  return { ...(value as unknown as Hello), user, capabilities, limits: readLimits(limits) }
}

/** A missing or malformed limit is the protocol's default. */
function readLimits(value: unknown): Limits {
  const said = isObject(value) ? value : {}
  const known = Object.entries(defaultLimits).map(([name, standard]) => {
    const limit = said[name]
    return [name, isCount(limit) && (limit > 0 || name === 'dedupMs') ? limit : standard]
  })
  return Object.fromEntries(known) as unknown as Limits
}

/** The last argument of a room event; undefined for any other event. */
export function readMeta(value: unknown): WireMeta | undefined {
  if (!isObject(value) || !isText(value['$room'])) return undefined
  const { epoch, seq, id, from = null, at } = value
  const isLogged = isText(epoch) && isCount(seq) && isText(id)
  if (!isUserOrNull(from) || typeof at !== 'number') return undefined
  return isLogged ? (value as unknown as WireMeta) : { $room: value['$room'], from, at }
}

export function readMembersDelta(value: unknown): MembersDelta | undefined {
  if (!isObject(value) || !isText(value['room']) || !isCount(value['v'])) return undefined
  const { set = [], gone = [] } = value
  if (!isListOf(set, isMember) || !isListOf(gone, isText)) return undefined
  return { room: value['room'], v: value['v'], set, gone }
}

/** The room of a message. */
export function readRoom(value: unknown): string | undefined {
  return isObject(value) && isText(value['room']) ? value['room'] : undefined
}

export function readHead(value: unknown): Head | undefined {
  return isObject(value) && isText(value['room']) && isText(value['epoch']) && isCount(value['seq'])
    ? (value as unknown as Head)
    : undefined
}

/** The answer to `$join`; throws the server's refusal, or `INVALID` for a malformed answer. */
export function readJoinAnswer(value: unknown): JoinAnswer {
  const said = granted(wire.join, value)
  const { members } = said
  const page = readPage(wire.join, said)
  if (members === undefined) return { ok: true, ...page }
  if (!isObject(members) || !isCount(members['v']) || !isListOf(members['list'], isMember)) throw unreadable(wire.join)
  return { ok: true, ...page, members: { v: members['v'], list: members['list'] } }
}

export function readHistoryAnswer(value: unknown): HistoryAnswer {
  return { ok: true, ...readPage(wire.history, granted(wire.history, value)) }
}

/** An entry beyond the head is malformed: it must not move the client's place in the log. */
function readPage(request: string, { epoch, head, first, entries = [] }: Loose): Omit<HistoryAnswer, 'ok'> {
  const isPlace = isText(epoch) && isCount(head) && isCount(first) && first <= head + 1
  if (!isPlace || !isListOf(entries, isEntry) || entries.some(({ seq }) => seq > head)) throw unreadable(request)
  return { epoch, head, first, entries }
}

/** An answer with fewer results than items must have a code. */
export function readPublishAnswer(value: unknown, items: number): PublishAnswer {
  if (!isObject(value)) throw unreadable(wire.publish)
  const { ok, epoch, results = [], code, message, after } = value
  if (!isListOf(results, isResult) || (results.length < items && !isText(code))) throw unreadable(wire.publish)
  return {
    ok: ok === true,
    epoch: isText(epoch) ? epoch : '',
    results,
    ...(isText(code) && { code }),
    ...(isText(message) && { message }),
    ...(isCount(after) && { after }),
  }
}

/** The answer of a server that granted the request; throws its refusal, or `INVALID` for a malformed answer. */
export function granted(request: string, value: unknown): Loose {
  if (!isObject(value)) throw unreadable(request)
  if (value['ok'] === true) return value
  if (!isText(value['code'])) throw unreadable(request)
  throw refusedBy(value['code'], isText(value['message']) ? value['message'] : undefined, value['after'])
}

/** A refusal as an error, with the server's code and sentence. */
function refusedBy(code: string, message?: string, after?: unknown): RoomfulError {
  const sentence = message ?? `the server refused: ${code}`
  return new RoomfulError(code, sentence, {
    refusal: { code, message: sentence, data: isCount(after) ? { after } : undefined },
  })
}

function unreadable(request: string): RoomfulError {
  return new RoomfulError('INVALID', `the server's answer to ${request} is malformed`)
}
