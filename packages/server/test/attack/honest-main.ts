import { randomBytes } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'

// Two honest clients in a process of their own: one sends a message every 20 ms, and the time until the other has it is measured.

const PAUSE_MS = 20
const ROOM = 'honest pair'

/** The times since the last question, in milliseconds. */
export interface HonestTimes {
  readonly count: number
  readonly p50: number
  readonly p99: number
  /** How often a connection of the two was lost. */
  readonly losses: number
}

const url = process.argv[2] ?? ''
let times: number[] = []
let losses = 0

function connect(address: string): Socket {
  return io(url, { transports: ['websocket'], forceNew: true, extraHeaders: { 'x-forwarded-for': address } })
}

const [ann, bob] = [connect('198.51.100.1'), connect('198.51.100.2')]
const join = async (socket: Socket): Promise<string> => {
  const { epoch } = (await socket.emitWithAck('$join', { room: ROOM })) as { epoch: string }
  return epoch
}
for (const socket of [ann, bob]) {
  socket.on('disconnect', () => (losses += 1))
  await join(socket)
  socket.on('connect', () => void join(socket))
}

const cid = randomBytes(17).toString('base64url').slice(0, 22)
const epoch = await join(ann)
for (let n = 1; ; n += 1) {
  const started = performance.now()
  const id = `honest-${String(n).padStart(9, '0')}`
  const received = new Promise<void>((resolve) => {
    bob.on('message', function take(_data: unknown, meta: { readonly id: string }) {
      if (meta.id !== id) return
      bob.off('message', take)
      resolve()
    })
  })
  const items = [{ n, id, event: 'message', data: { text: 'hello' } }]
  await ann.emitWithAck('$publish', { room: ROOM, epoch, cid, items })
  await received
  times.push(performance.now() - started)
  if (n === 1) {
    process.on('message', answer)
    process.once('disconnect', () => process.exit())
    process.send?.('ready')
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

function answer(): void {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.POSITIVE_INFINITY
  process.send?.({ count: times.length, p50: at(0.5), p99: at(0.99), losses } satisfies HonestTimes)
  times = []
  losses = 0
}
