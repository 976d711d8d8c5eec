import { isObject } from '@roomful/contract/protocol'
import { isBinary } from '../../events/encoding.ts'
import { copyOfBinary } from '../copy-of-binary.ts'

/** The types of Socket.IO's packets. A packet with attachments has the type of its plain form plus `BINARY`. */
export const CONNECT = 0
export const DISCONNECT = 1
export const EVENT = 2
export const ACK = 3
export const CONNECT_ERROR = 4
const BINARY = 3

export interface Packet {
  readonly type: number
  /** The namespace. */
  readonly nsp: string
  /** The number of an acknowledgement. */
  readonly id?: number | undefined
  readonly data?: unknown
}

/** A packet whose attachments follow as frames of their own. */
interface Head extends Packet {
  readonly json: string
  readonly attachments: number
}

/** As many attachments as socket.io-parser takes: those that never come must not be kept without limit. */
const MAX_ATTACHMENTS = 10

const HEADER = /^([0-6])(?:(\d+)-)?(\/[^,]*,?)?(\d*)/

/** The frames of a packet: text, and one for each attachment. */
export function encode({ type, nsp, id, data }: Packet): unknown[] {
  const attachments: unknown[] = []
  const isAttached = (type === EVENT || type === ACK) && hasBinary(data)
  const json = data === undefined ? '' : JSON.stringify(isAttached ? detached(data, attachments) : data)
  const start = isAttached ? `${type + BINARY}${attachments.length}-` : type
  return [`${start}${nsp === '/' ? '' : `${nsp},`}${id ?? ''}${json}`, ...attachments]
}

/** Reads the frames of a connection, and gives each packet that is complete. */
export class PacketReader {
  #head: Head | undefined
  #attachments: unknown[] = []

  /** Throws for a frame that is no packet, or not the one that must follow. */
  read(frame: unknown): Packet | undefined {
    if (typeof frame === 'string') {
      if (this.#head) throw new Error('text where an attachment must follow')
      const head = headOf(frame)
      if (head.attachments === 0) return packetOf(head)
      this.#head = head
      return undefined
    }
    const head = this.#head
    if (!head) throw new Error('an attachment without a packet')
    this.#attachments.push(frame)
    if (this.#attachments.length < head.attachments) return undefined
    const attachments = this.#attachments
    this.#head = undefined
    this.#attachments = []
    return packetOf(head, attachments)
  }
}

/** A copy of the arguments of an event, as its receiver would read them if they were sent now. Throws what `encode` throws. */
export function copyOf(args: readonly unknown[]): unknown[] {
  const [text, ...attachments] = encode({ type: ACK, nsp: '/', id: 0, data: args })
  const head = headOf(String(text), Infinity)
  return packetOf(head, attachments.map(copyOfBinary)).data as unknown[]
}

function headOf(frame: string, maxAttachments = MAX_ATTACHMENTS): Head {
  const [header = '', type, attachments = 0, nsp = '/', id] = HEADER.exec(frame) ?? []
  const head = {
    type: Number(type),
    attachments: Number(attachments),
    nsp: nsp.replace(/,$/, ''),
    id: id ? Number(id) : undefined,
    json: frame.slice(header.length),
  }
  const isAttached = head.type > CONNECT_ERROR
  const isFine = isAttached
    ? head.attachments > 0 && head.attachments <= maxAttachments
    : header !== '' && attachments === 0
  if (!isFine || !Number.isSafeInteger(head.id ?? 0)) throw new Error('no packet of Socket.IO')
  return isAttached ? { ...head, type: head.type - BINARY } : head
}

function packetOf({ type, nsp, id, json }: Head, attachments?: readonly unknown[]): Packet {
  const attach = (_key: string, value: unknown): unknown => attached(value, attachments ?? [])
  const data: unknown = json === '' ? undefined : JSON.parse(json, attachments?.length ? attach : undefined)
  if (!isDataOf(type, data)) throw new Error('invalid payload')
  return { type, nsp, id, data }
}

function isDataOf(type: number, data: unknown): boolean {
  if (type === EVENT) return Array.isArray(data) && ['string', 'number'].includes(typeof data[0])
  if (type === ACK) return Array.isArray(data)
  if (type === CONNECT_ERROR) return typeof data === 'string' || isObject(data)
  return data === undefined || (type === CONNECT && isObject(data))
}

/** The attachment for a placeholder; any other value as it is. */
function attached(value: unknown, attachments: readonly unknown[]): unknown {
  if (!isObject(value) || value['_placeholder'] !== true) return value
  const { num } = value
  if (typeof num === 'number' && num in attachments) return attachments[num]
  throw new Error('a placeholder without an attachment')
}

function hasBinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isBinary(value)) return true
  const plain = Array.isArray(value) ? value : jsonOf(value)
  return isBinary(plain) || Object.values(plain ?? {}).some(hasBinary)
}

/**
 * A copy with placeholders for the attachments, in the way of socket.io-parser: with an attachment in the packet, toJSON gets
 * no key, and a boxed value becomes an object.
 */
function detached(value: unknown, attachments: unknown[], isJson = false): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isBinary(value)) return { _placeholder: true, num: attachments.push(value) - 1 }
  if (Array.isArray(value)) return Array.from(value, (part) => detached(part, attachments))
  if (value instanceof Date) return value
  const plain = isJson ? value : jsonOf(value)
  if (plain !== value) return detached(plain, attachments, true)
  const copy: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(value)) copy[key] = detached(part, attachments)
  return copy
}

function jsonOf(value: object): unknown {
  const { toJSON } = value as { readonly toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(value) : value
}
