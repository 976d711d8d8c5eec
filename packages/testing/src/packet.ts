import type { Direction } from './direction.ts'

/** One Engine.IO message: text, or one of the binary attachments that the text before it announced. */
export type Frame = string | ArrayBuffer | ArrayBufferView

/** A Socket.IO packet between a client and the server. */
export interface Packet {
  readonly direction: Direction
  readonly type: 'connect' | 'disconnect' | 'event' | 'ack' | 'connect_error'
  readonly namespace: string
  /** The event's name; for an ack, the name of the event that it answers. */
  readonly event: string | undefined
  /** The first argument; for a `connect`, the client's credentials or the server's answer with the socket's id. */
  readonly data: unknown
  readonly args: readonly unknown[]
  /** The credentials with which this client connected to the namespace. */
  readonly auth: unknown
  /** The socket's id in the namespace; undefined until the server has assigned one. */
  readonly socketId: string | undefined
}

/** The frames of one packet; `packet` is undefined where they cannot be decoded. */
export interface PacketFrames {
  readonly frames: readonly Frame[]
  readonly packet: Packet | undefined
}

type Header = Omit<Packet, 'event' | 'data' | 'args' | 'direction' | 'auth' | 'socketId'> & {
  readonly id: string
  readonly attachments: number
  readonly json: string
}

const TYPES = ['connect', 'disconnect', 'event', 'ack', 'connect_error', 'event', 'ack'] as const
/** Type, number of attachments, namespace, id of the ack, JSON. */
const PACKET = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*),)?(\d+)?([^]*)$/
/** At most this many unanswered events are remembered in each direction; the oldest is forgotten first. */
const MAX_PENDING_ACKS = 1_000

/** What decoding needs to know of a connection: the credentials, the socket ids, and the event that each ack answers. */
export class ConnectionContext {
  readonly auths: Map<string, unknown> = new Map()
  readonly #socketIds = new Map<string, string>()
  readonly #pendingAcks = { toServer: new Map<string, string>(), toClient: new Map<string, string>() }

  decode({ type, namespace, id, json }: Header, direction: Direction, attachments: readonly Frame[]): Packet {
    const value: unknown = json === '' ? undefined : JSON.parse(json, (_, part) => withAttachment(part, attachments))
    const isList = type === 'event' || type === 'ack'
    const args: unknown[] = isList && Array.isArray(value) ? value : [value]
    const event = type === 'event' ? String(args.shift()) : type === 'ack' ? this.#takeAcked(direction, id) : undefined
    if (type === 'event' && id !== '') this.#rememberAck(direction, id, String(event))
    if (type === 'connect' && direction === 'toServer') this.auths.set(namespace, value)
    if (type === 'connect' && direction === 'toClient') this.#socketIds.set(namespace, (value as { sid: string }).sid)
    const [auth, socketId] = [this.auths.get(namespace), this.#socketIds.get(namespace)]
    return { direction, type, namespace, event, data: args[0], args, auth, socketId }
  }

  #rememberAck(direction: Direction, id: string, event: string): void {
    const pending = this.#pendingAcks[direction]
    pending.set(id, event)
    const [oldest] = pending.keys()
    if (pending.size > MAX_PENDING_ACKS && oldest !== undefined) pending.delete(oldest)
  }

  #takeAcked(direction: Direction, id: string): string | undefined {
    const pending = this.#pendingAcks[direction === 'toServer' ? 'toClient' : 'toServer']
    const event = pending.get(id)
    pending.delete(id)
    return event
  }
}

/** Assembles the frames of one direction into packets. */
export class PacketReader {
  readonly #direction: Direction
  readonly #context: ConnectionContext
  #frames: Frame[] = []
  #header: Header | undefined

  constructor(direction: Direction, context: ConnectionContext) {
    this.#direction = direction
    this.#context = context
  }

  /** Returns the packet that the frame completes, or undefined while attachments are missing. */
  read(frame: Frame): PacketFrames | undefined {
    if (typeof frame === 'string') {
      this.#header = headerOf(frame)
      this.#frames = []
    }
    this.#frames.push(frame)
    const header = this.#header
    if (header && this.#frames.length <= header.attachments) return undefined
    this.#header = undefined
    const packet = header && this.#decode(header)
    return { frames: this.#frames.splice(0), packet }
  }

  #decode(header: Header): Packet | undefined {
    const [, ...attachments] = this.#frames
    try {
      return this.#context.decode(header, this.#direction, attachments)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined // the parser of the receiver reports it
      throw error
    }
  }
}

function headerOf(text: string): Header | undefined {
  const [, digit, attachments = '0', namespace = '/', id = '', json = ''] = PACKET.exec(text) ?? []
  const type = TYPES[Number(digit)]
  // Older clients send credentials as a query after the namespace: it is not part of the name.
  return type && { type, namespace: namespace.split('?', 1)[0] ?? '/', id, json, attachments: Number(attachments) }
}

function withAttachment(part: unknown, attachments: readonly Frame[]): unknown {
  const isPlaceholder = typeof part === 'object' && part !== null && '_placeholder' in part && 'num' in part
  return isPlaceholder ? attachments[Number(part.num)] : part
}
