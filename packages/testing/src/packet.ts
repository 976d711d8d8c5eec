import type { Direction } from './proxy-link.ts'

/** What goes over the wire in one piece: text, or the binary that the text before it announced. */
export type Frame = string | ArrayBuffer | ArrayBufferView

/** A Socket.IO packet on its way. */
export interface Packet {
  readonly direction: Direction
  readonly type: 'connect' | 'disconnect' | 'event' | 'ack' | 'connect_error'
  readonly namespace: string
  /** The event's name; of an ack, the event that it answers. */
  readonly event: string | undefined
  /** The first argument; of a `connect`, the credentials or the new socket's id. */
  readonly data: unknown
  readonly args: readonly unknown[]
  /** The credentials with which this client connected to the namespace. */
  readonly auth: unknown
  /** The socket's id there, once the server has given one. */
  readonly socketId: string | undefined
}

/** A packet with the frames that carry it; one that nobody can read has only frames. */
export interface Parcel {
  readonly frames: readonly Frame[]
  readonly packet: Packet | undefined
}

type Heading = Omit<Packet, 'event' | 'data' | 'args' | 'direction' | 'auth' | 'socketId'> & {
  readonly id: string
  readonly attachments: number
  readonly json: string
}

const TYPES = ['connect', 'disconnect', 'event', 'ack', 'connect_error', 'event', 'ack'] as const
/** Type, attachments, namespace, id of the ack, JSON. */
const SHAPE = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*),)?(\d+)?([^]*)$/
/** Questions that may be open at once in one direction: those that nobody answers are forgotten. */
const MOST_QUESTIONS = 1_000

/** What both directions of one connection know: who connected, and which event each ack answers. */
export class Conversation {
  readonly auths: Map<string, unknown> = new Map()
  readonly #socketIds = new Map<string, string>()
  readonly #questions = { toServer: new Map<string, string>(), toClient: new Map<string, string>() }

  complete({ type, namespace, id, json }: Heading, direction: Direction, attachments: readonly Frame[]): Packet {
    const value: unknown = json === '' ? undefined : JSON.parse(json, (_, part) => filled(part, attachments))
    const isList = type === 'event' || type === 'ack'
    const list: unknown[] = isList && Array.isArray(value) ? value : [value]
    const event = type === 'event' ? String(list.shift()) : type === 'ack' ? this.#answered(direction, id) : undefined
    if (type === 'event' && id !== '') this.#ask(direction, id, String(event))
    if (type === 'connect' && direction === 'toServer') this.auths.set(namespace, value)
    if (type === 'connect' && direction === 'toClient') this.#socketIds.set(namespace, (value as { sid: string }).sid)
    const [auth, socketId] = [this.auths.get(namespace), this.#socketIds.get(namespace)]
    return { direction, type, namespace, event, data: list[0], args: list, auth, socketId }
  }

  #ask(direction: Direction, id: string, event: string): void {
    const questions = this.#questions[direction]
    questions.set(id, event)
    const [oldest] = questions.keys()
    if (questions.size > MOST_QUESTIONS && oldest !== undefined) questions.delete(oldest)
  }

  #answered(direction: Direction, id: string): string | undefined {
    const questions = this.#questions[direction === 'toServer' ? 'toClient' : 'toServer']
    const event = questions.get(id)
    questions.delete(id)
    return event
  }
}

/** Puts the frames of one direction together to packets. */
export class PacketReader {
  readonly #direction: Direction
  readonly #conversation: Conversation
  #frames: Frame[] = []
  #heading: Heading | undefined

  constructor(direction: Direction, conversation: Conversation) {
    this.#direction = direction
    this.#conversation = conversation
  }

  /** The packet that the frame completes, if it does. */
  read(frame: Frame): Parcel | undefined {
    if (typeof frame === 'string') {
      this.#heading = headingOf(frame)
      this.#frames = []
    }
    this.#frames.push(frame)
    const heading = this.#heading
    if (heading && this.#frames.length <= heading.attachments) return undefined
    this.#heading = undefined
    const packet = heading && this.#packet(heading)
    return { frames: this.#frames.splice(0), packet }
  }

  #packet(heading: Heading): Packet | undefined {
    const [, ...attachments] = this.#frames
    try {
      return this.#conversation.complete(heading, this.#direction, attachments)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined // the other end's parser will say what it thinks of it
      throw error
    }
  }
}

function headingOf(text: string): Heading | undefined {
  const [, digit, attachments = '0', namespace = '/', id = '', json = ''] = SHAPE.exec(text) ?? []
  const type = TYPES[Number(digit)]
  // A namespace's query is how older clients sent credentials: it is no part of the name.
  return type && { type, namespace: namespace.split('?', 1)[0] ?? '/', id, json, attachments: Number(attachments) }
}

function filled(part: unknown, attachments: readonly Frame[]): unknown {
  const isPlaceholder = typeof part === 'object' && part !== null && '_placeholder' in part && 'num' in part
  return isPlaceholder ? attachments[Number(part.num)] : part
}
