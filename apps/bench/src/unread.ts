import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { wire } from '@roomful/contract/protocol'
import { startServer } from './bench-server.ts'
import { rounded, type Table } from './rounds.ts'

const READERS = 500
const SECONDS = 20
const MEGABYTE = 1_000_000
const MASK = Buffer.alloc(4)

/** The growth of a server's memory while 500 clients ask for pages of history and read none. */
export async function unread(): Promise<Table> {
  const server = await startServer('rooms', { history: 3_000, isMemoryMeasured: true })
  const before = await server.request('memory')
  const readers = new Set<Socket>()
  let opened = 0
  let isOver = false
  /** A client that comes back when it was closed. */
  async function keepAsking(): Promise<void> {
    while (!isOver) {
      const socket = await open(server.port).catch(() => undefined)
      if (socket === undefined) continue
      opened += 1
      readers.add(socket)
      while (!isOver && !socket.destroyed) {
        socket.write(Buffer.concat(Array.from({ length: 8 }, () => history)))
        await delay(1_000)
      }
      readers.delete(socket)
    }
  }
  const history = frameOf(
    `422["${wire.history}",{"room":"general","epoch":"${await epochOf(server.port)}","limit":200,"after":0}]`,
  )
  for (let n = 0; n < READERS; n += 1) void keepAsking()
  let peak = 0
  for (let n = 0; n < SECONDS; n += 1) {
    await delay(1_000)
    peak = Math.max(peak, await server.request('memory'))
  }
  isOver = true
  for (const socket of readers) socket.destroy()
  const growth = (peak - before) / MEGABYTE
  return { [`${READERS} readers`]: { 'growth, MB': rounded(growth), connections: opened } }
}

/** A WebSocket in the room, which reads no more. */
async function open(port: number): Promise<Socket> {
  const socket = await joined(port)
  socket.removeAllListeners('data')
  socket.pause()
  return socket
}

async function epochOf(port: number): Promise<string> {
  const socket = await joined(port)
  socket.destroy()
  return epoch
}

let epoch = ''

async function joined(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // `close` follows
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(text)
      if (found) return found[1] ?? ''
      if (socket.destroyed) throw new Error('the connection has ended')
      await Promise.race([once(socket, 'data'), once(socket, 'close')])
    }
  }
  const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`
  socket.write(`${['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', ...lines, key].join('\r\n')}\r\n\r\n`)
  await until(/0\{"sid"/)
  socket.write(frameOf('40'))
  await until(/40\{"sid"/)
  socket.write(frameOf(`421["${wire.join}",{"room":"general"}]`))
  epoch = await until(/431\[\{"ok":true,"epoch":"([^"]+)"/)
  return socket
}

/** A short WebSocket frame, masked with zeros. */
function frameOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), MASK, Buffer.from(text)])
}
