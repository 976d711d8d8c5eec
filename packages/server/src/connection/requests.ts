import {
  type AuthRequest,
  describe,
  type HistoryRequest,
  INBOX,
  isMessageId,
  isObject,
  type JoinRequest,
  type Limits,
  type PresenceRequest,
  type PublishItem,
  type PublishRequest,
  roomNameError,
  type TypingRequest,
} from '@roomful/contract/protocol'
import { refuse } from '../refuse.ts'
import { readTraceparent } from '../tracing.ts'

// Checks requests as they come off the wire; a refusal says what was expected.
// The event and data of an item are not checked here: a mistake in them refuses that item only.

type Fields = Readonly<Record<string, unknown>>

export interface LeaveRequest {
  readonly room: string
}
/** `PublishRequest`, with items whose event and data are not checked. */
export interface PublishBatch extends Omit<PublishRequest, 'items'> {
  readonly items: readonly (Pick<PublishItem, 'n' | 'id'> & {
    readonly event: unknown
    readonly data: unknown
    readonly traceparent: string | undefined
  })[]
}
export interface VolatileRequest {
  readonly room: string
  readonly event: unknown
  readonly data: unknown
}

/** @throws RefusalError `SHAPE`, as do the other parsers. */
export function parseJoin(raw: unknown, limits: Limits): JoinRequest {
  const fields = fieldsOf(raw, '$join { room, since?, presence?, params?, last?, packs? }')
  const { presence, params, packs } = fields
  const since = fields['since'] ?? undefined
  const last = fields['last'] ?? undefined
  if (typeof (packs ?? false) !== 'boolean') throw wrong('packs', 'true, or left out', packs)
  return {
    room: readableOf(fields),
    ...(packs === true ? { packs } : {}),
    ...(presence === undefined ? {} : { presence }),
    ...(params === undefined ? {} : { params }),
    ...(since === undefined ? {} : { since: placeOf(since) }),
    ...(last === undefined ? {} : { last: Math.min(integerOf(fields, 'last', 1), limits.page) }),
  }
}

/** The rooms of a `$join` of several rooms, unchecked; undefined for a `$join` of one. */
export function parseRooms(raw: unknown, limits: Limits): readonly unknown[] | undefined {
  const rooms = isObject(raw) ? raw['rooms'] : undefined
  if (rooms === undefined) return undefined
  if (Array.isArray(rooms) && rooms.length > 0 && rooms.length <= limits.rooms) return rooms
  throw wrong('rooms', `an array of 1 to ${limits.rooms}`, rooms)
}

export function parseAuth(raw: unknown): AuthRequest {
  const { auth } = fieldsOf(raw, '$auth { auth }')
  if (isObject(auth)) return { auth }
  throw wrong('auth', 'an object, such as { token }', auth)
}

export function parseLeave(raw: unknown): LeaveRequest {
  return { room: readableOf(fieldsOf(raw, '$leave { room }')) }
}

export function parsePublish(raw: unknown, limits: Limits): PublishBatch {
  const fields = fieldsOf(raw, '$publish { room, epoch, cid, items }')
  const { cid, items } = fields
  if (typeof cid !== 'string' || !/^[\w-]{22}$/.test(cid)) throw wrong('cid', '22 characters of base64url', cid)
  if (!Array.isArray(items) || items.length === 0 || items.length > limits.batchItems)
    throw wrong('items', `an array of 1 to ${limits.batchItems}`, items)
  return { room: roomOf(fields), epoch: epochOf(fields), cid, items: itemsOf(items) }
}

export function parseHistory(raw: unknown, limits: Limits): HistoryRequest {
  const fields = fieldsOf(raw, '$history { room, epoch, after | before, limit }')
  const common = {
    room: readableOf(fields),
    epoch: epochOf(fields),
    limit: Math.min(integerOf(fields, 'limit', 1), limits.page),
  }
  if ((fields['after'] === undefined) === (fields['before'] === undefined))
    throw refuse('SHAPE', '$history takes either after or before')
  if (fields['before'] !== undefined) return { ...common, before: integerOf(fields, 'before', 0) }
  return { ...common, after: integerOf(fields, 'after', 0) }
}

export function parseVolatile(raw: unknown): VolatileRequest {
  const fields = fieldsOf(raw, '$volatile { room, event, data }')
  return { room: roomOf(fields), event: fields['event'], data: fields['data'] }
}

export function parsePresence(raw: unknown): PresenceRequest {
  const fields = fieldsOf(raw, '$presence { room, presence }')
  const { presence } = fields
  if (presence === undefined) throw wrong('presence', 'any JSON, or null to remove it', presence)
  return { room: roomOf(fields), presence }
}

export function parseTyping(raw: unknown): TypingRequest {
  const fields = fieldsOf(raw, '$typing { room, typing }')
  const { typing } = fields
  if (typeof typing !== 'boolean') throw wrong('typing', 'true or false', typing)
  return { room: roomOf(fields), typing }
}

function itemsOf(raw: readonly unknown[]): PublishBatch['items'] {
  let last = 0
  return raw.map((value) => {
    const fields = fieldsOf(value, 'an item { n, id, event, data }')
    const { id, event, data } = fields
    const n = integerOf(fields, 'n', 1)
    if (n <= last) throw refuse('SHAPE', 'the n of items must be strictly rising')
    last = n
    if (!isMessageId(id)) throw wrong('id', '16 characters of base64url', id)
    return { n, id, event, data, traceparent: readTraceparent(fields['traceparent']) }
  })
}

function fieldsOf(raw: unknown, expected: string): Fields {
  if (isObject(raw)) return raw
  throw refuse('SHAPE', `expected ${expected}, got ${describe(raw)}`)
}

/** A room that clients may write to. */
function roomOf({ room }: Fields): string {
  if (room === INBOX) throw refuse('FORBIDDEN', `only the server writes to ${INBOX}`)
  const error = roomNameError(room)
  if (error !== undefined) throw refuse('SHAPE', error)
  return room as string
}

function readableOf(fields: Fields): string {
  return fields['room'] === INBOX ? INBOX : roomOf(fields)
}

function placeOf(raw: unknown): { readonly epoch: string; readonly seq: number } {
  const since = fieldsOf(raw, 'since { epoch, seq }')
  return { epoch: epochOf(since), seq: integerOf(since, 'seq', 0) }
}

function epochOf({ epoch }: Fields): string {
  if (typeof epoch === 'string' && epoch.length >= 8 && epoch.length <= 32) return epoch
  throw wrong('epoch', 'a string of 8 to 32 characters', epoch)
}

function integerOf(fields: Fields, name: string, least: number): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw wrong(name, `an integer of ${least} or more`, value)
}

function wrong(name: string, expected: string, value: unknown) {
  return refuse('SHAPE', `${name} must be ${expected}, got ${describe(value)}`)
}
