import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { RoomfulError } from '@roomful/contract'
import { createRooms, type ErrorContext, identity, memoryLog, refuse, type RoomLog } from '@roomful/server'
import { Server } from 'socket.io'
import { readLog } from './read-log.ts'
import { crashable } from './server-process-crash.ts'
import { processChat, type ProcessSettings, type Question, type RedisSettings } from './server-process-contract.ts'
import { loseBroadcasts } from './server-process-loss.ts'

// The main file of the process that server-process.ts starts, for tests that kill the server.

const CLOSE_LIMIT_MS = 500

const settings = JSON.parse(process.argv[2] ?? '') as ProcessSettings
const { port = 0, handlerDelayMs = 0, loseOneIn, seed = 1, pingMs = 300 } = settings
const { credentialsMs = Infinity, ratePerSecond, presenceGraceMs, clockMs = 0 } = settings
const machineTime = Date.now
Date.now = () => machineTime() + clockMs
const random = seeded(seed)

const { log, crash } = crashable(await openLog())
const http = createServer()
const io = new Server(http, { pingInterval: pingMs, pingTimeout: pingMs })
let isLossy = loseOneIn !== undefined
if (loseOneIn !== undefined) loseBroadcasts(io, () => isLossy && random() < 1 / loseOneIn)
/** When each connection was opened, in milliseconds. */
const connects: number[] = []
io.engine.on('connection', () => connects.push(performance.now()))
const rooms = createRooms(io, {
  contract: processChat,
  log,
  ...(presenceGraceMs !== undefined && { presenceGraceMs }),
  ...(isRedis(settings.log) && { onError: printUnlessAway }),
  limits:
    ratePerSecond === undefined ? {} : { rates: { publishes: rateOf(ratePerSecond), joins: rateOf(ratePerSecond) } },
  authenticate: ({ auth }) => {
    const user = { id: String(auth['name']).toLowerCase(), name: String(auth['name']) }
    return identity(user, credentialsMs === Infinity ? {} : { expiresAt: Date.now() + credentialsMs })
  },
})
rooms.handle('message', async ({ data }) => {
  if (handlerDelayMs > 0) await delay(random() * handlerDelayMs)
  if (data.text === 'spam') throw refuse('SPAM', 'no spam here')
})

// The channel closes when the parent ends, in whatever way.
process.once('disconnect', () => process.exit())
process.once('SIGTERM', () => void stop())
process.on('message', ({ id, question }: { id: number; question: Question }) => {
  void answerTo(question).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
http.listen(port, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))

async function openLog(): Promise<RoomLog> {
  if (settings.log === 'memory') return memoryLog()
  if (isRedis(settings.log)) return await openRedisLog(settings.log)
  const { sqliteLog } = await import('@roomful/server/sqlite')
  return sqliteLog(settings.log)
}

async function openRedisLog({ redis, client }: RedisSettings): Promise<RoomLog> {
  const { redisLog } = await import('@roomful/server/redis')
  // The log warns where it cannot connect at its start.
  process.removeAllListeners('warning').on('warning', ({ name, stack }) => {
    if (name !== 'RoomfulWarning') console.error(stack)
  })
  const retention = { maxEntries: 1_000_000 }
  if (client === undefined) return redisLog({ url: redis, retention })
  const { clientOf } = await import('../../../server/test/support/redis-clients.ts')
  return redisLog({ client: clientOf(client, { url: redis }), retention })
}

function isRedis(log: ProcessSettings['log']): log is RedisSettings {
  return typeof log === 'object' && 'redis' in log
}

function printUnlessAway(error: unknown, { during }: ErrorContext): void {
  if (RoomfulError.from(error).code !== 'UNAVAILABLE') console.error(`during ${during}:`, error)
}

async function stop(): Promise<void> {
  await rooms.close()
  // The connection of a frozen client would take 30 s to close.
  await Promise.race([io.close(), delay(CLOSE_LIMIT_MS)])
  process.exit(0)
}

async function answerTo(question: Question): Promise<unknown> {
  if (question.ask === 'log') return await readLog(log, question.room)
  if (question.ask === 'members') return (await rooms.members(question.room)).map(({ user }) => user.id)
  if (question.ask === 'clients') return io.engine.clientsCount
  if (question.ask === 'remove') return await rooms.remove(question.room, question.user, banOf(question.banMs))
  if (question.ask === 'disconnect') return await rooms.disconnect(question.user, { code: question.code })
  if (question.ask === 'connects') return connects
  if (question.ask === 'loseNothing') return loseNothing()
  crash(question.moment, question.nth)
  return undefined
}

function loseNothing(): void {
  if (isLossy) for (const { conn } of io.sockets.sockets.values()) conn.close()
  isLossy = false
}

function rateOf(perSecond: number): { perSecond: number; burst: number } {
  return { perSecond, burst: perSecond }
}

function banOf(banMs: number): { banMs?: number } {
  return banMs > 0 ? { banMs } : {}
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed32: number): () => number {
  let state = seed32
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
