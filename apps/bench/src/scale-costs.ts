import { setTimeout as pause } from 'node:timers/promises'
import type { RoomLog } from '@roomful/server'
import { redisLog } from '@roomful/server/redis'
import { connected } from './connected.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { BenchRedis, type RedisUsage } from './redis-process.ts'

/** What one operation costs Redis. */
export interface Cost {
  readonly us: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** What stays, in bytes. */
  readonly memory: number
}

const COUNT = isQuick ? 500 : 2_000
const ROUNDS = 3
const AT_ONCE = 16
/** The other nodes that have subscribed to a room. */
const OTHERS = 8
const IDLE_MS = isQuick ? 4_000 : 10_000
const TEXT = 'x'.repeat(200)

/** The costs that the calculation needs, each measured on a Redis of its own or after the others. */
export async function measureCosts(): Promise<Readonly<Record<string, Cost>>> {
  const redis = await BenchRedis.start()
  const log = await openLog(redis)
  const names = Array.from({ length: COUNT }, (_, n) => `room ${n}`)
  const each = (task: (room: string, index: number) => unknown): Promise<void> => inTurns(names, task)
  const user = (room: string, n = 0): string => `user ${n} of ${room}`
  const commit = async (room: string, n: number, sender = user(room)): Promise<void> => {
    const by = { user: sender, cid: `page-of-${sender}`.padEnd(22, '-').slice(-22), address: '203.0.113.7' }
    const entry = { event: 'message', data: { text: TEXT }, id: 'i'.repeat(16), from: { id: sender }, at: Date.now() }
    await log.row(room, by)
    await log.commit(room, { sender: by, items: [{ n, hash: 'h'.repeat(43), entry }] })
  }

  const first = await cost(redis, COUNT, () => each((room) => commit(room, 1)))
  const again = await least(redis, COUNT, (round) => each((room) => commit(room, round + 2)))
  const row = await cost(redis, COUNT, () => each((room) => commit(room, 1, user(room, 1))))
  const subscription = await cost(redis, COUNT, () => each((room) => log.subscribe(room, () => {})))
  const heard = await least(redis, COUNT, (round) => each((room) => commit(room, round + 9)))
  const others = await Promise.all(Array.from({ length: OTHERS }, () => openLog(redis)))
  const another = await cost(redis, COUNT * OTHERS, () =>
    each((room) => Promise.all(others.map(async (other) => await other.subscribe(room, () => {})))),
  )
  const heardByAll = await least(redis, COUNT, (round) => each((room) => commit(room, round + 19)))
  const nodes = log.nodes
  const member = await cost(redis, COUNT, () => each((room) => nodes?.setMember(room, user(room), STATE)))
  await log.heads(names)
  const check = await least(redis, COUNT, async () => {
    await log.heads(names)
    await nodes?.memberPositions(names)
  })
  for (const one of [...others, log]) {
    await one.nodes?.stop()
    await one.close?.()
  }
  return {
    'the first message of a room': first,
    'a message, no other node': heard,
    'a message to one more node': minus(heardByAll, heard, OTHERS),
    'a row of a sender, with an entry': row,
    'an entry': again,
    'a subscription, the first of a room': subscription,
    'a subscription, another one': another,
    'a member': member,
    'a check of a room': check,
    ...(await measureServers()),
  }
}

const STATE = JSON.stringify({ v: 1, user: { id: 'user 1 of room 1000' }, connections: [{ id: 'c'.repeat(16) }] })

/** A server's joins and leaves of rooms that have no other member on this node, and a server that does nothing. */
async function measureServers(): Promise<Readonly<Record<string, Cost>>> {
  const redis = await BenchRedis.start()
  const rooms = await RawRoom.start('rooms', COUNT / 50, { redis: redis.url })
  const join = await cost(redis, COUNT, async () => {
    for (const [index, member] of rooms.members.entries())
      for (let n = 0; n < 50; n += 1) await rooms.protocol.join(member, `room ${index * 50 + n}`, true)
  })
  const leave = await cost(redis, COUNT, async () => {
    for (const member of rooms.members) member.close()
    while ((await rooms.server.request('clients')) > 0) await pause(10)
    await pause(1_000) // the writes of the leaves are over
  })
  const idle = await cost(redis, 1, () => pause(IDLE_MS))
  await rooms.server.kill()
  const empty = await cost(redis, 1, () => pause(IDLE_MS))
  const perSecond = minus(idle, empty, IDLE_MS / 1_000)
  return {
    'a join, the first of the node': join,
    'a leave, the last of the node': leave,
    'a second of a node': perSecond,
  }
}

async function openLog(redis: BenchRedis): Promise<RoomLog> {
  const log = redisLog({ url: redis.url })
  await connected(log)
  await log.nodes?.start({
    info: '',
    graceMs: 5_000,
    maxBytes: 65_536,
    onMessage() {},
    onRestored() {},
    onMemberGone() {},
    onError: console.error,
  })
  return log
}

async function inTurns(rooms: readonly string[], task: (room: string, index: number) => unknown): Promise<void> {
  for (let start = 0; start < rooms.length; start += AT_ONCE)
    await Promise.all(rooms.slice(start, start + AT_ONCE).map((room, index) => task(room, start + index)))
}

async function cost(redis: BenchRedis, count: number, task: () => Promise<unknown>): Promise<Cost> {
  const used = await redis.measure()
  await task()
  return perOne(await used(), count)
}

/** The round that took the least time: other processes make the rest of them slower. */
async function least(redis: BenchRedis, count: number, task: (round: number) => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = []
  for (let round = 0; round < ROUNDS; round += 1) costs.push(await cost(redis, count, () => task(round)))
  return costs.reduce((one, other) => (one.us <= other.us ? one : other))
}

function perOne({ cpuMs, bytesIn, bytesOut, memory }: RedisUsage, count: number): Cost {
  return { us: (cpuMs * 1_000) / count, bytesIn: bytesIn / count, bytesOut: bytesOut / count, memory: memory / count }
}

function minus(one: Cost, other: Cost, count: number): Cost {
  const part = (key: keyof Cost): number => Math.max(0, one[key] - other[key]) / count
  return { us: part('us'), bytesIn: part('bytesIn'), bytesOut: part('bytesOut'), memory: part('memory') }
}
