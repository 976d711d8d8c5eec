import type { EventEmitter } from 'node:events'
import type { Faults } from './faults.ts'
import { Conversation, type Frame, type Packet, PacketReader } from './packet.ts'
import { Pipe } from './pipe.ts'

/** What is used of an engine.io socket. */
export interface Connection extends EventEmitter {
  readonly readyState: string
  readonly transport: { readonly name: string }
  write(frame: Frame, options?: object): unknown
  close(discard?: boolean): unknown
}

export interface LineOptions {
  readonly connection: Connection
  readonly faults: Faults
  readonly isFlask: boolean
  /** Ends the connection as a network does. */
  readonly cut: () => void
  readonly onPacket: (packet: Packet) => void
}

/** Stands between a connection and Socket.IO, which both go on as if it were not there, and does what goes wrong. */
export class Line {
  readonly #options: LineOptions
  readonly #conversation = new Conversation()
  readonly #pipes = { toServer: new Pipe(), toClient: new Pipe() }
  readonly #write: (frame: Frame, options?: object) => unknown
  readonly #emit: EventEmitter['emit']
  #isCut = false
  /** The news that the connection ended, until the server has it. */
  #end: (() => void) | undefined
  /** Settles when nobody listens to the connection any more. */
  readonly ended: Promise<void>

  constructor(options: LineOptions) {
    this.#options = options
    const { connection } = options
    const fromClient = new PacketReader('toServer', this.#conversation)
    const fromServer = new PacketReader('toClient', this.#conversation)
    const close = connection.close.bind(connection)
    this.#write = connection.write.bind(connection)
    this.#emit = connection.emit.bind(connection)
    this.ended = new Promise((resolve) => void connection.once('close', () => resolve()))

    connection.emit = (event, ...args: unknown[]) => {
      if (event === 'close') {
        this.#end = () => void this.#emit(event, ...args)
        this.#push('toServer', () => this.#tellEnd())
      } else if (event === 'data') this.#fromClient(fromClient, args[0] as Frame)
      else return this.#emit(event, ...args)
      return true
    }
    connection.write = (frame, writing) => {
      this.#fromServer(fromServer, frame, writing)
      return connection
    }
    connection.close = (discard) => {
      this.#push('toClient', () => void close(discard)) // what was said before is heard
      return connection
    }
  }

  /** The credentials of this client, of each namespace that it asked for. */
  get auths(): readonly unknown[] {
    return [...this.#conversation.auths.values()]
  }

  /** Ends the line; what is on its way is lost, but for the news that the client has gone. */
  cut(): void {
    this.#isCut = true
    for (const pipe of Object.values(this.#pipes)) pipe.clear()
    this.#tellEnd()
    this.#options.cut()
  }

  /** What is on its way arrives now. */
  flush(): void {
    for (const pipe of Object.values(this.#pipes)) pipe.flush()
  }

  #tellEnd(): void {
    const end = this.#end
    this.#end = undefined
    end?.()
  }

  #push(direction: 'toServer' | 'toClient', deliver: () => void): void {
    this.#pipes[direction].push(deliver, this.#isCut ? 0 : this.#options.faults.delayMs)
  }

  #fromClient(reader: PacketReader, frame: Frame): void {
    const parcel = reader.read(frame)
    if (!parcel) return
    const { frames, packet } = parcel
    const { faults, onPacket } = this.#options
    const deliver = (): void => this.#push('toServer', () => frames.forEach((each) => this.#emit('data', each)))
    if (!packet) return deliver()
    onPacket(packet)
    const refusal = packet.type === 'connect' ? faults.refusalOf(packet.data) : undefined
    if (!refusal) return faults.carry(packet, this.#pipes.toServer, deliver)
    const namespace = packet.namespace === '/' ? '' : `${packet.namespace},`
    const { message, data } = refusal
    this.#push('toClient', () => void this.#write(`4${namespace}${JSON.stringify({ message, data })}`))
  }

  #fromServer(reader: PacketReader, frame: Frame, writing: object | undefined): void {
    const parcel = reader.read(frame)
    if (!parcel) return
    const { frames, packet } = parcel
    const { faults, isFlask, onPacket } = this.#options
    const deliver = (): void => this.#push('toClient', () => frames.forEach((each) => this.#write(each, writing)))
    if (!packet) return deliver()
    onPacket(packet)
    const carry = (): void => faults.carry(packet, this.#pipes.toClient, deliver)
    // What Flask's connect handler emits leaves before the news that the client is connected.
    if (isFlask && packet.type === 'connect') queueMicrotask(carry)
    else carry()
  }
}
