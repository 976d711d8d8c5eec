import { EventEmitter } from 'node:events'
import { decodePacket, encodePacket, type PacketType, type RawData } from 'engine.io-parser'
import type { Connection } from './line.ts'
import type { Frame } from './packet.ts'

/** The server's end of something that carries engine.io's frames. */
export interface Wire {
  /** `websocket` or `polling`. */
  readonly name: string
  send(frame: Frame): void
  /** As a WebSocket is closed. */
  close(code: number): void
}

export interface FrameOptions {
  readonly pingInterval: number
  readonly pingTimeout: number
  readonly maxHttpBufferSize: number
}

const NORMAL = 1000
const GONE = 1006
const TOO_BIG = 1009
let connections = 0

/** What Socket.IO sees of a connection, with engine.io's heartbeats, over a wire that is no network. */
export class FrameConnection extends EventEmitter implements Connection {
  readonly id: string = `memory-${++connections}`
  readonly protocol = 4
  readonly remoteAddress = '127.0.0.1'
  readonly request: object
  readonly transport: { readonly name: string; readonly writable: true }
  readyState: 'open' | 'closed' = 'open'
  readonly #wire: Wire
  readonly #options: FrameOptions
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(wire: Wire, url: URL, options: FrameOptions) {
    super()
    this.#wire = wire
    this.#options = options
    this.transport = { name: wire.name, writable: true }
    this.request = {
      headers: { host: url.host },
      connection: { encrypted: url.protocol === 'wss:' || url.protocol === 'https:' },
      method: 'GET',
      url: url.pathname + url.search,
      _query: Object.fromEntries(url.searchParams),
    }
  }

  /** Says hello. To be called when someone listens. */
  open(): void {
    const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = this.#options
    this.#send('open', JSON.stringify({ sid: this.id, upgrades: [], pingInterval, pingTimeout, maxPayload }))
    this.#awaitPing()
  }

  write(frame: Frame): this {
    if (this.readyState === 'open') this.#send('message', frame)
    return this
  }

  /** Another name of `write`. */
  send(frame: Frame): this {
    return this.write(frame)
  }

  close(): this {
    if (this.readyState === 'open') this.#end('forced close', NORMAL)
    return this
  }

  /** Ends as a network does. */
  cut(): void {
    this.#end('transport close', GONE)
  }

  /** The client has closed it. */
  closed(): void {
    this.#end('transport close')
  }

  receive(frame: Frame): void {
    if (this.readyState !== 'open') return
    if (bytesOf(frame) > this.#options.maxHttpBufferSize) return this.#end('transport error', TOO_BIG)
    const packet = decodePacket(copied(frame) as RawData, 'nodebuffer')
    this.emit('packet', packet)
    if (packet.type === 'pong') this.#awaitPing()
    else if (packet.type === 'message') this.emit('data', packet.data)
    else if (packet.type === 'close') this.closed()
    else this.#end(packet.type === 'error' ? 'parse error' : 'transport error', NORMAL)
  }

  #send(type: PacketType, data?: RawData): void {
    const packet = { type, data: copied(data), options: { compress: false } }
    this.emit('packetCreate', packet)
    encodePacket(packet, true, (frame: Frame) => this.#wire.send(frame))
  }

  #awaitPing(): void {
    const { pingInterval, pingTimeout } = this.#options
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#end('ping timeout', GONE), pingTimeout)
      this.#send('ping')
    }, pingInterval)
  }

  #end(reason: string, code?: number): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    clearTimeout(this.#timer)
    // Clients take a turn to read what was said last, and would forget it over the end of the connection.
    if (code === NORMAL) nextTurn(() => this.#wire.close(code))
    else if (code !== undefined) this.#wire.close(code)
    this.emit('close', reason)
  }
}

/** After all that is due now; fake timers do not hold it up. */
function nextTurn(task: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    task()
  }
  port2.postMessage(undefined)
}

/** A network copies: whoever changes binary afterwards changes nothing at the other end. */
function copied(data: unknown): unknown {
  if (data instanceof ArrayBuffer) return data.slice(0)
  if (!ArrayBuffer.isView(data)) return data
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
}

function bytesOf(frame: Frame): number {
  return typeof frame === 'string' ? new TextEncoder().encode(frame).byteLength : frame.byteLength
}
