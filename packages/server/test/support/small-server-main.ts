import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { createRooms, memoryLog, type RoomsLimits, type RoomsMetrics } from '@roomful/server'
import { Server, type ServerOptions } from 'socket.io'
import { guestChat } from './chat.ts'

// The main file of the process that small-server.ts starts.

export interface SmallServerSettings {
  readonly limits?: RoomsLimits
  readonly server?: Partial<ServerOptions>
  readonly trustProxy?: number
  readonly connectTimeoutMs?: number
  /** The room "full" has this many messages of 1,000 characters. @default 0 */
  readonly messages?: number
  /** The server sends a message of 32,000 characters to the room "busy" this often, in milliseconds. @default never */
  readonly busyMs?: number
}

export interface ServerState {
  /** Objects and buffers, in bytes. */
  readonly memory: number
  /**
   * The longest time between two turns of a timer, in milliseconds. Time in which other processes had the processor does not
   * count.
   */
  readonly stallMs: number
  /** All memory of the process, in bytes. */
  readonly rss: number
  readonly connections: number
  readonly metrics: RoomsMetrics
  /** The first errors that were reported to `onError`. */
  readonly errors: readonly string[]
}

const { server = {}, messages = 0, busyMs, ...options } = JSON.parse(process.argv[2] ?? '{}') as SmallServerSettings
const errors: string[] = []
const onError = (error: unknown): void => void (errors.length < 10 && errors.push(String(error)))
const http = createServer()
const io = new Server(http, server)
const rooms = createRooms(io, { contract: guestChat, log: memoryLog(), ...options, onError })
// As the apps of others do: sends everything to everyone.
io.on('connection', (socket) => socket.on('echo', (data) => io.emit('echo', data)))

for (let n = 0; n < messages; n += 1) await rooms.to('full').emit('message', { text: `${n} `.padEnd(1_000, 'x') })
const text = 'x'.repeat(32_000)
if (busyMs !== undefined) setInterval(() => void rooms.to('busy').emit('anything', text), busyMs)

let stallMs = 0
let turn = { at: performance.now(), cpu: process.cpuUsage() }
setInterval(() => {
  const { user, system } = process.cpuUsage(turn.cpu)
  stallMs = Math.max(stallMs, Math.min(performance.now() - turn.at, (user + system) / 1e3))
  turn = { at: performance.now(), cpu: process.cpuUsage() }
}, 5)
process.once('disconnect', () => process.exit())
process.on('message', ({ collect }: { readonly collect: boolean }) => {
  if (collect) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const state: ServerState = {
    memory: heapUsed + external,
    stallMs,
    rss,
    connections: io.engine.clientsCount,
    metrics: rooms.metrics(),
    errors,
  }
  process.send?.(state)
  stallMs = 0
})
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
