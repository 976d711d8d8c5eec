import type { Socket as TcpSocket } from 'node:net'
import type { EngineConnection } from './engine.ts'
import { bytesOf } from './frame-rules.ts'

/** What a packet takes in memory besides its data. */
const PACKET_BYTES = 128

/** Measures what the server has sent to one connection, and the network has not taken yet. */
export class UnsentBytes {
  readonly #connection: EngineConnection
  /** The bytes of the packets that Engine.IO has queued. */
  #queued = 0
  /** The bytes that the WebSocket has got, and has not written completely. */
  #written = 0
  #largest = 0
  /** The TCP socket below the WebSocket. */
  #webSocket: TcpSocket | undefined
  /** The TCP sockets of a polling client's requests, whose answers it may not read. */
  #responses: Set<TcpSocket> | undefined

  constructor(connection: EngineConnection) {
    this.#connection = connection
    const { transport, request } = connection
    if (transport.name !== 'polling') this.#webSocket = request?.socket
  }

  created(packet: { readonly data?: unknown }): number {
    const bytes = bytesOf(packet.data) + PACKET_BYTES
    this.#queued += bytes
    this.#largest = Math.max(this.#largest, bytes)
    return bytes
  }

  /** Engine.IO gives all that is queued to the transport, which it does once the transport has written all else. */
  flushed(): void {
    this.#written = this.#connection.transport.name === 'polling' ? 0 : this.#queued
    this.#queued = 0
  }

  /** A request of the connection is answered over this socket: it becomes the WebSocket's, or has a polling client's answer. */
  responds(socket: TcpSocket, isUpgrade: boolean): void {
    if (isUpgrade) this.#webSocket = socket
    else (this.#responses ??= new Set()).add(socket)
  }

  /** Drops the packets that Engine.IO has queued. */
  drop(): void {
    const { writeBuffer } = this.#connection
    if (Array.isArray(writeBuffer)) writeBuffer.length = 0
    this.#queued = 0
  }

  /** A TCP connection is open that is of no use without this connection. */
  get isOpen(): boolean {
    return this.#webSocket?.destroyed === false || this.bytes > 0
  }

  /** Ends the TCP connections. Those of polling clients may be used for other sessions, except while they hold an answer. */
  destroy(): void {
    this.#webSocket?.destroy()
    for (const socket of this.#responses ?? []) if (socket.writableLength > 0) socket.destroy()
    this.#responses = undefined
  }

  get bytes(): number {
    if (this.#connection.transport.writable) this.#queued = this.#written = 0
    let bytes = this.#queued + this.#written
    for (const socket of this.#responses ?? [])
      if (socket.writableLength > 0 && !socket.destroyed) bytes += socket.writableLength
      else this.#responses?.delete(socket)
    if (bytes === 0) this.#largest = 0
    return bytes
  }

  /** The bytes besides the largest message: a single message may be of any size. */
  get besidesLargest(): number {
    return this.bytes - this.#largest
  }
}
