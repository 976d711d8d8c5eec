import type { EventEmitter } from 'node:events'
import { DelayQueue } from './delay-queue.ts'
import type { Direction } from './direction.ts'
import type { Faults } from './faults.ts'
import { ConnectionContext, type Frame, type Packet, PacketReader } from './packet.ts'

/** The part of an Engine.IO server socket that this package uses. */
export interface EngineSocket extends EventEmitter {
  readonly readyState: string
  readonly transport: { readonly name: string }
  write(frame: Frame, options?: object): unknown
  close(discard?: boolean): unknown
}

export interface FaultyConnectionOptions {
  readonly socket: EngineSocket
  readonly faults: Faults
  readonly isFlask: boolean
  /** Ends the connection as a network failure does. */
  readonly cut: () => void
  readonly onPacket: (packet: Packet) => void
}

/**
 * One client's connection with faults. It replaces `emit`, `write` and `close` of the Engine.IO socket, so that each packet
 * goes through the faults on its way between client and server; neither side notices.
 */
export class FaultyConnection {
  readonly #options: FaultyConnectionOptions
  readonly #context = new ConnectionContext()
  readonly #queues = { toServer: new DelayQueue(), toClient: new DelayQueue() }
  readonly #write: (frame: Frame, options?: object) => unknown
  readonly #emit: EventEmitter['emit']
  #isCut = false
  /** Emits the socket's `close` event; set from the moment the connection ended until the server is told. */
  #emitClose: (() => void) | undefined
  /** Resolves when the server has handled the end of the connection. */
  readonly closed: Promise<void>

  constructor(options: FaultyConnectionOptions) {
    this.#options = options
    const { socket } = options
    const fromClient = new PacketReader('toServer', this.#context)
    const fromServer = new PacketReader('toClient', this.#context)
    const close = socket.close.bind(socket)
    this.#write = socket.write.bind(socket)
    this.#emit = socket.emit.bind(socket)
    this.closed = new Promise((resolve) => void socket.once('close', () => resolve()))

    socket.emit = (event, ...args: unknown[]) => {
      if (event === 'close') {
        this.#emitClose = () => void this.#emit(event, ...args)
        this.#enqueue('toServer', () => this.#tellServerOfClose())
      } else if (event === 'data') this.#fromClient(fromClient, args[0] as Frame)
      else return this.#emit(event, ...args)
      return true
    }
    socket.write = (frame, writeOptions) => {
      this.#fromServer(fromServer, frame, writeOptions)
      return socket
    }
    socket.close = (discard) => {
      // Queued like a packet, so that the client receives what the server sent before.
      this.#enqueue('toClient', () => void close(discard))
      return socket
    }
  }

  /** The client's credentials, one for each namespace that it connected to. */
  get auths(): readonly unknown[] {
    return [...this.#context.auths.values()]
  }

  /** Ends the connection. Delayed packets are lost; the server is told of the end at once. */
  cut(): void {
    this.#isCut = true
    for (const queue of Object.values(this.#queues)) queue.clear()
    this.#tellServerOfClose()
    this.#options.cut()
  }

  /** Delivers all delayed packets now. */
  flush(): void {
    for (const queue of Object.values(this.#queues)) queue.flush()
  }

  #tellServerOfClose(): void {
    const emitClose = this.#emitClose
    this.#emitClose = undefined
    emitClose?.()
  }

  #enqueue(direction: Direction, deliver: () => void): void {
    this.#queues[direction].push(deliver, this.#isCut ? 0 : this.#options.faults.delayMs)
  }

  #fromClient(reader: PacketReader, frame: Frame): void {
    const result = reader.read(frame)
    if (!result) return
    const { frames, packet } = result
    const { faults, onPacket } = this.#options
    const deliver = (): void => this.#enqueue('toServer', () => frames.forEach((each) => this.#emit('data', each)))
    if (!packet) return deliver()
    onPacket(packet)
    const refusal = packet.type === 'connect' ? faults.refusalOf(packet.data) : undefined
    if (!refusal) return void faults.apply(packet, this.#queues.toServer, deliver)
    const namespace = packet.namespace === '/' ? '' : `${packet.namespace},`
    const { message, data } = refusal
    this.#enqueue('toClient', () => void this.#write(`4${namespace}${JSON.stringify({ message, data })}`))
  }

  #fromServer(reader: PacketReader, frame: Frame, writeOptions: object | undefined): void {
    const result = reader.read(frame)
    if (!result) return
    const { frames, packet } = result
    const { faults, isFlask, onPacket } = this.#options
    const deliver = (): void =>
      this.#enqueue('toClient', () => frames.forEach((each) => this.#write(each, writeOptions)))
    if (!packet) return deliver()
    onPacket(packet)
    const applyFaults = (): void => void faults.apply(packet, this.#queues.toClient, deliver)
    // In Flask-SocketIO, events that the connect handler emits leave before the connect packet.
    if (isFlask && packet.type === 'connect') queueMicrotask(applyFaults)
    else applyFaults()
  }
}
