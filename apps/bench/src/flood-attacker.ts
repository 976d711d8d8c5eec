import { randomBytes } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'

// One client that sends as much as it can, in a process of its own. It waits for nothing, and comes back at once when it is closed.

const ROOMS = 20
const TEXT = 'x'.repeat(5_000)
const ITEMS = 16

const url = process.argv[2] ?? ''
const open = { auth: { id: 'eve' }, transports: ['websocket'], extraHeaders: { 'x-forwarded-for': '192.0.2.66' } }
const socket: Socket = io(url, { ...open, reconnectionDelay: 1, reconnectionDelayMax: 1, randomizationFactor: 0 })
let stored = 0
let isStopped = false

socket.on('connect', () => {
  for (let room = 0; room < ROOMS; room += 1) void flood(`flood ${room}`, socket.id)
})

async function flood(room: string, id: string | undefined): Promise<void> {
  const isGone = (): boolean => isStopped || socket.id !== id
  const cid = randomBytes(16).toString('base64url')
  let epoch: unknown
  for (let n = 1; !isGone();) {
    const items = Array.from({ length: ITEMS }, (_, index) => ({
      n: n + index,
      id: randomBytes(12).toString('base64url'),
      event: 'message',
      data: { text: TEXT },
    }))
    const request = epoch === undefined ? ['$join', { room }] : ['$publish', { room, epoch, cid, items }]
    const answer = await ask(request[0] as string, request[1])
    if (epoch === undefined) epoch = answer['epoch']
    const results = Array.isArray(answer['results']) ? answer['results'].length : 0
    n += results
    stored += results
  }
}

/** The answer; an empty one where the connection has ended. */
async function ask(event: string, request: unknown): Promise<Record<string, unknown>> {
  try {
    return (await socket.timeout(1_000).emitWithAck(event, request)) as Record<string, unknown>
  } catch {
    return {}
  }
}

process.once('disconnect', () => process.exit(0))
process.on('message', () => {
  isStopped = true
  process.send?.(stored)
})
