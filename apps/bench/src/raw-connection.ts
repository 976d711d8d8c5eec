import { connect, type Socket } from 'node:net'

// All sockets read into one buffer, which saves an allocation for each chunk.
const buffer = Buffer.allocUnsafe(262_144)
const NO_MASK = Buffer.alloc(4)

/**
 * A Socket.IO connection over a WebSocket that is read as bytes. It costs much less than a client, so that a process with
 * a thousand of them is faster than the server. It answers no pings.
 */
export class RawConnection {
  /** The bytes that have arrived, with the headers of frames. */
  bytes = 0
  #onChunk: ((chunk: Buffer) => void) | undefined
  readonly #socket: Socket
  #text = ''
  #onText: () => void = () => {}

  /** Resolves when the namespace has accepted the connection. */
  static async open(port: number, auth: Readonly<Record<string, unknown>> = {}): Promise<RawConnection> {
    const connection = new RawConnection(port)
    await connection.until(/0\{"sid"/)
    connection.send(`40${JSON.stringify(auth)}`)
    await connection.until(/40\{"sid"/)
    return connection
  }

  private constructor(port: number) {
    const onread = { buffer, callback: (length: number) => (this.#receive(length), true) }
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    this.#socket.on('error', () => {}) // `close` follows
    this.#socket.on('close', () => this.#onText())
    const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`
    this.#socket.write(`${['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...lines, key].join('\r\n')}\r\n\r\n`)
  }

  /** Sends one packet of Engine.IO. */
  send(packet: string): void {
    this.#socket.write(frameOf(packet))
  }

  /** Sends an event with an ack. Resolves with the match of `answer`, and the bytes of the answer's frame. */
  async request(event: string, data: unknown, answer = /431(\[)/): Promise<{ match: string; bytes: number }> {
    this.#text = ''
    this.send(`421${JSON.stringify([event, data])}`)
    const match = await this.until(answer)
    return { match, bytes: frameBytesAt(this.#text, this.#text.search(answer)) }
  }

  /** Resolves when the pattern has arrived, with its first group. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#text)
      if (found) return found[1] ?? ''
      if (this.#socket.closed) throw new Error(`the connection has ended before ${pattern.source}`)
      await new Promise<void>((resolve) => (this.#onText = resolve))
    }
  }

  /** From now on, chunks are given to the function. Their memory is used again after the call. */
  read(onChunk: (chunk: Buffer) => void): void {
    this.#text = ''
    this.#onChunk = onChunk
  }

  /** Leaves the namespace first, so that the server does not wait for the user's return. */
  close(): void {
    this.send('41')
    this.#socket.end()
  }

  #receive(length: number): void {
    this.bytes += length
    if (this.#onChunk !== undefined) return this.#onChunk(buffer.subarray(0, length))
    this.#text += buffer.toString('latin1', 0, length)
    this.#onText()
  }
}

/** A WebSocket frame, masked with zeros. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const { length } = payload
  const header = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(header), NO_MASK, payload])
}

/** The payload's length of the frame whose payload begins at an index of the text. */
function frameBytesAt(text: string, index: number): number {
  const bytes = Buffer.from(text.slice(Math.max(0, index - 10), index), 'latin1')
  if (bytes.at(-2) === 0x81) return bytes.at(-1) ?? Number.NaN
  if (bytes.at(-3) === 126 && bytes.at(-4) === 0x81) return bytes.readUInt16BE(bytes.length - 2)
  return Number(bytes.readBigUInt64BE(bytes.length - 8))
}
