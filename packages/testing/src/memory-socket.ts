import { EventEmitter } from 'node:events'
import { utf8BytesOf } from '@roomful/contract/protocol'
import { decodePacket, encodePacket, type PacketType, type RawData } from 'engine.io-parser'
import { isSecureUrl } from './address.ts'
import type { EngineSocket } from './faulty-connection.ts'
import type { Frame } from './packet.ts'
import { inNextTask } from './next-task.ts'

/** Carries Engine.IO frames from the server to one client. */
export interface MemoryTransport {
  /** `websocket` or `polling`. */
  readonly name: string
  send(frame: Frame): void
  /** `code` is a WebSocket close code. */
  close(code: number): void
}

export interface EngineOptions {
  readonly pingInterval: number
  readonly pingTimeout: number
  readonly maxHttpBufferSize: number
}

/** WebSocket close codes. */
export const NORMAL_CLOSURE = 1000
export const ABNORMAL_CLOSURE = 1006
const MESSAGE_TOO_BIG = 1009

let socketCount = 0

/** An Engine.IO socket on the server, with its heartbeats, over a `MemoryTransport` instead of a network. */
export class MemorySocket extends EventEmitter implements EngineSocket {
  readonly id: string = `memory-${++socketCount}`
  readonly protocol = 4
  readonly remoteAddress = '127.0.0.1'
  readonly request: object
  readonly transport: { readonly name: string; readonly writable: true }
  readyState: 'open' | 'closed' = 'open'
  readonly #transport: MemoryTransport
  readonly #options: EngineOptions
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(transport: MemoryTransport, url: URL, options: EngineOptions) {
    super()
    this.#transport = transport
    this.#options = options
    this.transport = { name: transport.name, writable: true }
    this.request = {
      headers: { host: url.host },
      connection: { encrypted: isSecureUrl(url) },
      method: 'GET',
      url: url.pathname + url.search,
      _query: Object.fromEntries(url.searchParams),
    }
  }

  /** Sends the handshake and starts the heartbeats. Attach the listeners first. */
  open(): void {
    const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = this.#options
    this.sendPacket('open', JSON.stringify({ sid: this.id, upgrades: [], pingInterval, pingTimeout, maxPayload }))
    this.#schedulePing()
  }

  write(frame: Frame): this {
    if (this.readyState === 'open') this.sendPacket('message', frame)
    return this
  }

  /** An alias of `write`, as in Engine.IO. */
  send(frame: Frame): this {
    return this.write(frame)
  }

  /** Sends a packet of Engine.IO, as the real socket's method of this name does. */
  sendPacket(type: PacketType, data?: RawData): void {
    const packet = { type, data: copied(data), options: { compress: false } }
    this.emit('packetCreate', packet)
    encodePacket(packet, true, (frame: Frame) => this.#transport.send(frame))
  }

  close(): this {
    if (this.readyState === 'open') this.#end('forced close', NORMAL_CLOSURE)
    return this
  }

  /** Ends the connection as a network failure does. */
  cut(): void {
    this.#end('transport close', ABNORMAL_CLOSURE)
  }

  /** To be called when the client has closed the connection. */
  closedByClient(): void {
    this.#end('transport close')
  }

  /** To be called with each frame from the client. */
  receive(frame: Frame): void {
    if (this.readyState !== 'open') return
    if (byteLengthOf(frame) > this.#options.maxHttpBufferSize) return this.#end('transport error', MESSAGE_TOO_BIG)
    const packet = decodePacket(copied(frame) as RawData, 'nodebuffer')
    this.emit('packet', packet)
    if (packet.type === 'pong') this.#schedulePing()
    else if (packet.type === 'message') this.emit('data', packet.data)
    else if (packet.type === 'close') this.closedByClient()
    else this.#end(packet.type === 'error' ? 'parse error' : 'transport error', NORMAL_CLOSURE)
  }

  #schedulePing(): void {
    const { pingInterval, pingTimeout } = this.#options
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#end('ping timeout', ABNORMAL_CLOSURE), pingTimeout)
      this.#timer.unref?.()
      this.sendPacket('ping')
    }, pingInterval)
    this.#timer.unref?.() // a mock that is left open must not keep a test runner alive
  }

  #end(reason: string, code?: number): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    clearTimeout(this.#timer)
    // The client needs one task to read the last frame, and would discard it if the connection were already closed.
    if (code === NORMAL_CLOSURE) inNextTask(() => this.#transport.close(code))
    else if (code !== undefined) this.#transport.close(code)
    this.emit('close', reason)
  }
}

/** Copies binary, as a network does: a later change of it by one side must not reach the other. */
function copied(data: unknown): unknown {
  if (data instanceof ArrayBuffer) return data.slice(0)
  if (!ArrayBuffer.isView(data)) return data
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
}

function byteLengthOf(frame: Frame): number {
  return typeof frame === 'string' ? utf8BytesOf(frame) : frame.byteLength
}
