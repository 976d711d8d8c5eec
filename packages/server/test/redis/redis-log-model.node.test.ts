import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Batch, type DecidedItem, memoryLog, type RoomLog } from '../../src/index.ts'
import { clientOf } from '../support/redis-clients.ts'
import { emptyRedisLog } from '../support/redis-logs.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})

const number = fc.oneof(
  fc.integer({ min: 1, max: 8 }),
  fc.constantFrom(2 ** 31, 2 ** 32 + 1, 1e15, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER),
)
const text = fc.oneof(fc.string(), fc.constantFrom('a\ud800', '\udc00', '', '\n\t ', '"', '{', '\\'))
const data = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom([], {}, [[]], Number.MAX_SAFE_INTEGER, 1e300, 5e-324, 0.1, null),
)
const item = fc
  .record({
    n: number,
    hash: fc.constantFrom('a', 'b', ' ', 'c\td\n'),
    data,
    id: text,
    unread: fc.boolean(),
    isRefused: fc.boolean(),
    amends: fc.option(fc.record({ seq: fc.integer({ min: 1, max: 20 }), slot: text }), { nil: undefined }),
  })
  .map(({ n, hash, data: value, id, unread, isRefused, amends }): DecidedItem => {
    if (isRefused) return { n, hash, refusal: { code: 'SPAM', message: id } }
    return {
      n,
      hash,
      entry: {
        event: 'message',
        data: JSON.parse(JSON.stringify(value)),
        id,
        from: { id },
        at: 7,
        unread,
        ...(amends && { amends }),
      },
    }
  })
const sender = fc.constantFrom<Batch['sender']>(
  { user: 'ann', cid: 'a' },
  { user: 'a\ud800', cid: 'a' },
  { user: null, cid: 'a', address: '192.0.2.1' },
  { user: null, cid: 'server', isServer: true },
)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), sender, items: fc.array(item, { maxLength: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('row' as const), sender }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      where: fc.oneof(fc.record({ after: fc.nat(30) }), fc.record({ before: fc.nat(30) })),
      limit: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('newEpoch' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('redact' as const), seq: fc.integer({ min: 1, max: 20 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('S4 S5 S29 S30 random commits, rows, pages, redactions and epochs have the same outcome as in memory', async () => {
  const redis = await emptyRedisLog({ client: clientOf('redis', server), retention: { maxEntries: 12 } })
  let last = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), text, async (steps, suffix) => {
      const room = `room ${(last += 1)}${suffix.replaceAll(/[\n\r]/g, '')}`
      const memory = memoryLog({ retention: { maxEntries: 12 } })
      for (const chosen of steps) {
        const [head] = await memory.heads([room])
        const one = withTargetsUntil(chosen, head?.head ?? 0)
        expect(await outcome(redis, room, one)).toEqual(await outcome(memory, room, one))
      }
    }),
    { numRuns: 200 },
  )
})

/** The server looks the target of an amendment up, so that no amendment has a later target. */
function withTargetsUntil(one: Step, head: number): Step {
  if (one.kind !== 'commit') return one
  const items = one.items.map((chosen): DecidedItem => {
    if ('refusal' in chosen || (chosen.entry.amends?.seq ?? 0) <= head) return chosen
    const { amends: _, ...entry } = chosen.entry
    return { n: chosen.n, hash: chosen.hash, entry }
  })
  return { ...one, items }
}

/** Everything but the names of epochs and the time of the write. */
async function outcome(log: RoomLog, room: string, one: Step): Promise<unknown> {
  if (one.kind === 'newEpoch') {
    await log.newEpoch()
    // An epoch that no call has seen may be missing in the lineage.
    return void (await log.heads([room]))
  }
  if (one.kind === 'redact') {
    const { seq } = one
    const entry = { event: '$redact', data: { seq }, id: 'r', from: null, at: 7 }
    const appended = await log.redact(room, seq, entry)
    return appended && { ...appended, epoch: '' }
  }
  if (one.kind === 'row') {
    const row = await log.row(room, one.sender)
    return row && { ...row, usedAt: 0 }
  }
  if (one.kind === 'page') {
    const { epoch: _, lineage, ...page } = await log.page(room, { ...one.where, limit: one.limit, bytes: 1_000_000 })
    // A room without entries has no lineage to compare: one log keeps it, and the other does not.
    return page.head === 0 ? page : { ...page, lineage: lineage.map(({ head }) => head).filter((head) => head > 0) }
  }
  const committed = await log.commit(room, { sender: one.sender, items: one.items })
  return committed && { ...committed, epoch: '' }
}

test('the time of an entry is never earlier than that of the entry before it', async () => {
  const log = await emptyRedisLog({ client: clientOf('redis', server) })
  const ats = [1_000, 900, 1_100, 5]
  const sent = { user: null, cid: 'server', isServer: true }
  for (const [index, at] of ats.entries()) {
    const entry = { event: 'message', data: index, id: 'id', from: null, at }
    await log.commit('general', { sender: sent, items: [{ n: index + 1, hash: 'h', entry }] })
  }
  const { entries } = await log.page('general', { after: 0, limit: 10, bytes: 10_000 })
  expect(entries.map(({ at }) => at)).toEqual([1_000, 1_000, 1_100, 1_100])
})

test('many rooms have their own bounds in each partition, and old rows of quiet rooms make space', async () => {
  const log = await emptyRedisLog({ client: clientOf('redis', server), maxRows: 1 })
  const commit = async (room: string, user: string) => {
    const entry = { event: 'message', data: 1, id: 'id', from: null, at: 1 }
    return await log.commit(room, { sender: { user, cid: 'c' }, items: [{ n: 1, hash: 'h', entry }] })
  }
  const rooms = Array.from({ length: 640 }, (_, index) => `room ${index}`)
  const outcomes = await Promise.allSettled(rooms.map((room) => commit(room, 'ann')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(64)
})
