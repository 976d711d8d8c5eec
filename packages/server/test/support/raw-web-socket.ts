import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** A WebSocket client that sends any frames, several in one TCP write, and need not read. It answers no ping by itself. */
export interface RawWebSocket {
  /** The Engine.IO packets that were received: text as it came, binary as `<binary>`. */
  readonly packets: string[]
  /** The bytes that were received. */
  readonly receivedBytes: number
  readonly isClosed: boolean
  /** Sends each as one frame, all in one write. */
  send(...frames: readonly (string | Buffer)[]): void
  /** Sends bytes that need not be a frame. */
  write(bytes: Buffer): void
  /** Reads no longer: what the server sends stays in the buffers of TCP, and then in the server. */
  pause(): void
  resume(): void
  /** Ends the TCP connection. */
  destroy(): void
}

export interface RawOptions {
  /** @default '/socket.io/?EIO=4&transport=websocket' */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Opens a WebSocket to a Socket.IO server; its first packet is the handshake `0{…}`. The caller destroys it. */
export async function openWebSocket(url: string, options: RawOptions = {}): Promise<RawWebSocket> {
  const { hostname, port } = new URL(url)
  const { path = '/socket.io/?EIO=4&transport=websocket', headers = {} } = options
  const tcp = connect(Number(port), hostname)
  tcp.on('error', () => {}) // `close` follows
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  tcp.write(`${lines.join('\r\n')}\r\n\r\n`)
  return await upgraded(tcp)
}

/** Opens a WebSocket and joins the main namespace. */
export async function openSocketIo(url: string, options: RawOptions = {}): Promise<RawWebSocket> {
  const socket = await openWebSocket(url, options)
  socket.send('40')
  await received(socket, /^40\{/)
  return socket
}

/** The first packet that matches, and its groups. Rejects when the connection ends without one, and after `timeoutMs`. */
export async function received(socket: RawWebSocket, pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
  const endAt = performance.now() + timeoutMs
  for (let index = 0; ;) {
    for (; index < socket.packets.length; index += 1) {
      const match = pattern.exec(socket.packets[index] ?? '')
      if (match) return match
    }
    if (socket.isClosed)
      throw new Error(`closed before a packet matched ${pattern}: ${socket.packets.slice(-3).join()}`)
    if (performance.now() > endAt) throw new Error(`no packet matched ${pattern} within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function upgraded(tcp: Socket): Promise<RawWebSocket> {
  const packets: string[] = []
  let receivedBytes = 0
  let isClosed = false
  let unread: Buffer = Buffer.alloc(0)
  tcp.on('close', () => (isClosed = true))
  const take = (chunk: Buffer): void => {
    receivedBytes += chunk.length
    const { texts, rest, isEnd } = framesIn(unread.length === 0 ? chunk : Buffer.concat([unread, chunk]))
    packets.push(...texts)
    unread = rest
    if (isEnd) tcp.destroy() // a server waits for an answer to its close frame, for up to 30 s
  }
  await new Promise<void>((resolve, reject) => {
    let head = Buffer.alloc(0)
    const onClose = (): void => reject(new Error(`the server refused the WebSocket: ${head.toString()}`))
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      if (!head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return void tcp.destroy()
      tcp.off('data', onData).off('close', onClose).on('data', take)
      take(head.subarray(end + 4))
      resolve()
    }
    tcp.on('data', onData).once('close', onClose)
  })
  return {
    packets,
    get receivedBytes() {
      return receivedBytes
    },
    get isClosed() {
      return isClosed
    },
    write: (bytes) => void tcp.write(bytes),
    send: (...frames) => void tcp.write(Buffer.concat(frames.map(frameOf))),
    pause: () => void tcp.pause(),
    resume: () => void tcp.resume(),
    destroy: () => void tcp.destroy(),
  }
}

/** A frame of a client, masked with zeros. */
function frameOf(data: string | Buffer): Buffer {
  const payload = Buffer.from(data)
  const opcode = typeof data === 'string' ? 0x81 : 0x82
  const { length } = payload
  const mask = Buffer.alloc(4)
  if (length < 126) return Buffer.concat([Buffer.from([opcode, 0x80 | length]), mask, payload])
  const size = Buffer.alloc(length < 65_536 ? 2 : 8)
  if (length < 65_536) size.writeUInt16BE(length)
  else size.writeBigUInt64BE(BigInt(length))
  return Buffer.concat([Buffer.from([opcode, 0x80 | (length < 65_536 ? 126 : 127)]), size, mask, payload])
}

/** The frames of a server, which are not masked. `isEnd`: a close frame is among them. */
function framesIn(data: Buffer): { readonly texts: string[]; readonly rest: Buffer; readonly isEnd: boolean } {
  const texts: string[] = []
  let isEnd = false
  let start = 0
  while (data.length - start >= 2) {
    const opcode = (data[start] ?? 0) & 0x0f
    let length = (data[start + 1] ?? 0) & 0x7f
    let header = 2
    if (length === 126) header = 4
    else if (length === 127) header = 10
    if (data.length - start < header) break
    if (header === 4) length = data.readUInt16BE(start + 2)
    else if (header === 10) length = Number(data.readBigUInt64BE(start + 2))
    const end = start + header + length
    if (data.length < end) break
    if (opcode === 1) texts.push(data.toString('utf8', start + header, end))
    else if (opcode === 2) texts.push('<binary>')
    else if (opcode === 8) isEnd = true
    start = end
  }
  return { texts, rest: data.subarray(start), isEnd }
}
