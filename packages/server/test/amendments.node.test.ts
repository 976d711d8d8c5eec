import { defineContract } from '@roomful/contract'
import { type HistoryAnswer, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryLog, refuse, type RoomsOptions } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe } from './support/chat.ts'
import { type Client, idOf, type Item, startRooms, texts } from './support/start-rooms.ts'

const text = z.strictObject({ text: z.string().min(1) })
const chat = defineContract({
  room: {
    message: text,
    note: text,
    edit: { data: text, amends: 'message' },
    remove: { amends: 'message' },
    reaction: { data: z.object({ emoji: z.string(), on: z.boolean() }), amends: 'message', key: 'emoji' },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})
type Options = Partial<RoomsOptions<typeof chat>>

async function startChat(options: Options = {}) {
  const running = await startRooms({ contract: chat, authenticate: believe, ...options })
  const connect = async (id: string) => {
    const client = await running.connect({ id })
    const { epoch } = await client.join('general')
    return { client, epoch }
  }
  return { ...running, connect }
}

const edit = (n: number, target: unknown, change = 'new'): Item => ({
  n,
  event: 'edit',
  data: { target, text: change },
})
const reaction = (n: number, target: unknown, emoji: string, on = true): Item => ({
  n,
  event: 'reaction',
  data: { target, emoji, on },
})
const pageOf = async (client: Client, epoch: string, range: object) =>
  await client.ask<HistoryAnswer>(wire.history, { room: 'general', epoch, ...range })

describe('S29 amendments', () => {
  test('an amendment is stored and sent with its target, and a page of its message has it', async () => {
    const { connect } = await startChat()
    const { client: ann, epoch } = await connect('ann')
    const { client: bob } = await connect('bob')
    const target = { epoch, seq: 1 }
    await ann.publish('general', texts(['hi', 'other']))
    expect(await ann.publish('general', [edit(3, target)])).toMatchObject({ ok: true, results: [{ seq: 3 }] })
    await expect
      .poll(() => bob.of('edit'))
      .toMatchObject([
        [
          { target, text: 'new' },
          { seq: 3, from: { id: 'ann' } },
        ],
      ])
    expect(await pageOf(bob, epoch, { before: 2, limit: 9 })).toMatchObject({
      entries: [{ seq: 1, data: { text: 'hi' } }],
      amendments: [{ event: 'edit', seq: 3, data: { target, text: 'new' }, from: { id: 'ann' } }],
    })
    expect(await pageOf(bob, epoch, { after: 0, limit: 9 })).not.toHaveProperty('amendments')
  })

  test('the newest amendment of each event, user and key counts', async () => {
    const { connect, rooms } = await startChat()
    const { client: ann, epoch } = await connect('ann')
    const { client: bob } = await connect('bob')
    const target = { epoch, seq: 1 }
    await ann.publish('general', texts(['hi']))
    await ann.publish('general', [
      edit(2, target, 'first'),
      reaction(3, target, 'a'),
      reaction(4, target, 'b'),
      reaction(5, target, 'a', false),
      edit(6, target, 'second'),
    ])
    await bob.publish('general', [edit(1, target, 'by bob'), reaction(2, target, 'a')])
    await rooms.to('general').emit('reaction', { target, emoji: 'a', on: true })
    const { client: cem } = await connect('cem')
    const { amendments = [] } = await cem.join('general', undefined, { last: 9 })
    expect(amendments).toEqual([])
    const page = await pageOf(cem, epoch, { before: 2, limit: 1 })
    expect(page.amendments?.map(({ event, seq, from }) => [event, seq, from?.id])).toEqual([
      ['reaction', 4, 'ann'],
      ['reaction', 5, 'ann'],
      ['edit', 6, 'ann'],
      ['edit', 7, 'bob'],
      ['reaction', 8, 'bob'],
      ['reaction', 9, undefined],
    ])
  })

  test('the newest page has all amendments of its entries among them', async () => {
    const { connect } = await startChat({ limits: { pageBytes: 4_000, eventBytes: 1_000, batchBytes: 1_000 } })
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['a', 'b']))
    for (let n = 3; n < 8; n += 1) await ann.publish('general', [reaction(n, { epoch, seq: 1 }, `${n}`)])
    const { client: bob } = await connect('bob')
    const since = { epoch, seq: 0 }
    const [answer] = (await bob.ask<{ answers: HistoryAnswer[] }>(wire.join, { rooms: [{ room: 'general', last: 7 }] }))
      .answers
    expect(answer?.entries).toHaveLength(7)
    expect(answer).not.toHaveProperty('amendments')
    expect(await bob.join('general', since)).toMatchObject({ continues: 0 })
  })

  const wrong: [what: string, target: unknown][] = [
    ['of another event', { seq: 2 }],
    ['that is an amendment', { seq: 3 }],
    ['that the log does not have', { seq: 99 }],
    ['of a negative place', { seq: -1 }],
    ['of another epoch', { seq: 1, epoch: 'yesterday' }],
    ['without a place', {}],
    ['that is no object', 'first'],
    ['that was redacted', { seq: 4 }],
  ]
  test.each(wrong)('S29 a target %s is SHAPE, and the items behind it go on', async (_, given) => {
    const { connect, rooms } = await startChat()
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', [...texts(['a']), { n: 2, event: 'note', data: { text: 'b' } }])
    await ann.publish('general', [edit(3, { epoch, seq: 1 }), ...texts(['c'], 4)])
    await rooms.redact('general', 4)
    const target = typeof given === 'string' ? given : { epoch, ...(given as object) }
    const answer = await ann.publish('general', [edit(5, target), ...texts(['d'], 6)])
    expect(answer).toMatchObject({ ok: true, results: [{ code: 'SHAPE' }, { seq: 6 }] })
    await expect(rooms.to('general').emit('remove', { target } as never)).rejects.toMatchObject({
      code: expect.stringMatching(/^INVALID/),
    })
  })

  test('a target of an earlier epoch is one of the log where the log has kept it', async () => {
    const log = memoryLog()
    const { connect, rooms } = await startChat({ log })
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['a']))
    await rooms.newEpoch()
    const { epoch: next } = await ann.join('general')
    expect(next).not.toBe(epoch)
    await ann.publish('general', texts(['b'], 2))
    const answer = await ann.publish('general', [edit(3, { epoch, seq: 1 }), edit(4, { epoch, seq: 2 })])
    expect(answer.results).toMatchObject([{ seq: 3 }, { code: 'SHAPE' }])
    expect(await pageOf(ann, next, { before: 2, limit: 1 })).toMatchObject({ amendments: [{ seq: 3 }] })
  })

  test('a batch whose target is looked up in another epoch than its own is EPOCH, and nothing is written', async () => {
    const log = memoryLog()
    const { connect } = await startChat({ log })
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['a']))
    await log.newEpoch()
    const answer = await ann.publish('general', [edit(2, { epoch, seq: 1 })], { epoch })
    expect(answer).toMatchObject({ ok: false, code: 'EPOCH', results: [] })
    expect(await log.heads(['general'])).toMatchObject([{ head: 1 }])
  })

  test('authorize.emit gets the target: only the own messages can be changed', async () => {
    const seen: unknown[] = []
    const { connect } = await startChat({
      authorize: {
        emit: ({ event, target, user }) => {
          seen.push([event, target])
          return target === undefined || event === 'reaction' || target.from?.id === user.id
        },
      },
    })
    const { client: ann, epoch } = await connect('ann')
    const { client: bob } = await connect('bob')
    const target = { epoch, seq: 1 }
    await ann.publish('general', texts(['hi']))
    expect(await bob.publish('general', [edit(1, target), reaction(2, target, 'a')])).toMatchObject({
      results: [{ code: 'FORBIDDEN' }, { seq: 2 }],
    })
    expect(await ann.publish('general', [edit(2, target)])).toMatchObject({ results: [{ seq: 3 }] })
    const from = { id: 'ann', name: 'ann' }
    expect(seen[0]).toEqual(['message', undefined])
    expect(seen[1]).toEqual([
      'edit',
      { event: 'message', data: { text: 'hi' }, seq: 1, id: idOf(1), from, at: expect.any(Number) },
    ])
  })

  test('a handler gets the target, may change the data or refuse, and cannot change the target', async () => {
    const { connect, rooms } = await startChat()
    rooms.handle('edit', ({ data, target }) => {
      if (target.data.text === 'final') throw refuse('FINAL')
      return { text: `${target.data.text} ${data.text}`, target: { epoch: 'elsewhere', seq: 2 } }
    })
    rooms.handle('reaction', ({ data }) => ({ ...data, emoji: data.emoji.toUpperCase() }))
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['a', 'final']))
    const answer = await ann.publish('general', [edit(3, { epoch, seq: 1 }), edit(4, { epoch, seq: 2 })])
    expect(answer.results).toMatchObject([{ seq: 3 }, { code: 'FINAL' }])
    await ann.publish('general', [reaction(5, { epoch, seq: 1 }, 'x'), reaction(6, { epoch, seq: 1 }, 'X')])
    const { amendments } = await pageOf(ann, epoch, { before: 2, limit: 1 })
    expect(amendments?.map(({ data }) => data)).toEqual([
      { target: { epoch, seq: 1 }, text: 'a new' },
      { target: { epoch, seq: 1 }, emoji: 'X', on: true },
    ])
  })

  test('S7 while the log cannot be read, an amendment is UNAVAILABLE', async () => {
    const log = memoryLog()
    let isAway = false
    const page: typeof log.page = (room, request) => {
      if (isAway) throw new Error('away')
      return log.page(room, request)
    }
    const { connect, errors } = await startChat({ log: changedLog(log, { page }) })
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['hi']))
    isAway = true
    expect(await ann.publish('general', [edit(2, { epoch, seq: 1 })])).toMatchObject({ code: 'UNAVAILABLE' })
    expect(errors).toMatchObject([{ context: { during: 'commit' } }])
    isAway = false
    expect(await ann.publish('general', [edit(2, { epoch, seq: 1 })])).toMatchObject({ results: [{ seq: 2 }] })
  })
})

describe('S30 rooms.redact', () => {
  test('members are told, and pages have neither the data of the message nor that of its amendments', async () => {
    const log = memoryLog()
    const { connect, rooms } = await startChat({ log })
    const { client: ann, epoch } = await connect('ann')
    const { client: bob } = await connect('bob')
    await ann.publish('general', [...texts(['secret', 'b'])])
    await ann.publish('general', [edit(3, { epoch, seq: 1 }, 'secret, too')])
    await rooms.redact('general', 1)
    for (const client of [ann, bob])
      await expect
        .poll(() => client.of(wire.redact))
        .toEqual([
          [{ seq: 1 }, { $room: 'general', epoch, seq: 4, id: expect.any(String), from: null, at: expect.any(Number) }],
        ])
    const { client: cem } = await connect('cem')
    const pages = [
      await cem.join('general', { epoch, seq: 0 }),
      await pageOf(cem, epoch, { before: 2, limit: 1 }),
      await rooms.history('general'),
    ]
    expect(JSON.stringify(pages)).not.toContain('secret')
    expect(pages[0]?.entries).toMatchObject([
      { event: 'message', seq: 1, id: idOf(1), from: { id: 'ann' }, data: null, redacted: true },
      { seq: 2, data: { text: 'b' } },
      { event: 'edit', seq: 3, data: null, redacted: true },
      { event: '$redact', seq: 4, data: { seq: 1 }, from: null },
    ])
    await rooms.redact('general', 1)
    expect(await log.heads(['general'])).toMatchObject([{ head: 4 }])
  })

  test('an amendment is not redacted alone', async () => {
    const { connect, rooms } = await startChat()
    const { client: ann, epoch } = await connect('ann')
    await ann.publish('general', texts(['a']))
    await ann.publish('general', [edit(2, { epoch, seq: 1 })])
    await expect(rooms.redact('general', 2)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'rooms.redact: 2 amends another message: redact that one, 1',
    })
  })

  test('S30 an amendment that the log stores after the redaction reaches members without its data', async () => {
    const log = memoryLog()
    const { connect, rooms } = await startChat({
      log,
      authorize: {
        emit: async ({ event }) => {
          if (event === 'edit') await rooms.redact('general', 1)
          return true
        },
      },
    })
    const { client: ann, epoch } = await connect('ann')
    const { client: bob } = await connect('bob')
    await ann.publish('general', texts(['a']))
    expect(await ann.publish('general', [edit(2, { epoch, seq: 1 }, 'secret')])).toMatchObject({
      results: [{ seq: 3 }],
    })
    for (const client of [ann, bob])
      await expect.poll(() => client.of('edit')).toMatchObject([[null, { seq: 3, redacted: true }]])
    expect(JSON.stringify(await rooms.history('general'))).not.toContain('secret')
  })

  test('a message that the log does not have, and wrong arguments, are refused', async () => {
    const { connect, rooms } = await startChat()
    const { client: ann } = await connect('ann')
    await ann.publish('general', texts(['a']))
    await rooms.redact('general', 1)
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(rooms.redact('general', 3)).rejects.toMatchObject({
      ...refused,
      message: 'rooms.redact: the log of room general has no message 3',
    })
    await expect(rooms.redact('general', 2)).rejects.toMatchObject(refused)
    await expect(rooms.redact('elsewhere', 1)).rejects.toMatchObject(refused)
    await expect(rooms.redact('general', 0)).rejects.toMatchObject(refused)
    await expect(rooms.redact('$inbox', 1)).rejects.toMatchObject(refused)
    await rooms.close()
    await expect(rooms.redact('general', 1)).rejects.toMatchObject({ code: 'CLOSING' })
  })
})
