import { type HistoryAnswer, wire } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, idOf, startRooms, texts } from './support/start-rooms.ts'

test('$history gives entries as they were sent, after or before a seq', async () => {
  const { connect } = await startRooms({ contract: chat, authenticate: believe })
  const ann = await connect({ id: 'ann', name: 'Ann' })
  const { epoch } = await ann.join('general')
  await ann.publish('general', texts(['a', 'b', 'c', 'd']), { cid: cidOf('z') })
  const page = async (range: object) => await ann.ask<HistoryAnswer>(wire.history, { room: 'general', epoch, ...range })
  expect(await page({ after: 1, limit: 1 })).toEqual({
    ok: true,
    epoch,
    head: 4,
    first: 1,
    entries: [
      {
        event: 'message',
        data: { text: 'b' },
        seq: 2,
        id: idOf(2),
        from: { id: 'ann', name: 'Ann' },
        at: expect.any(Number),
      },
    ],
  })
  const seqs = async (range: object) => (await page(range)).entries.map(({ seq }) => seq)
  expect(await seqs({ after: 0, limit: 3 })).toEqual([1, 2, 3])
  expect(await seqs({ after: 4, limit: 3 })).toEqual([])
  expect(await seqs({ before: 4, limit: 2 })).toEqual([2, 3])
  expect(await seqs({ before: 2 ** 53 - 1, limit: 2 })).toEqual([3, 4])
})

test('SEC20 P7 a page stays within the limits, whatever the request asks for', async () => {
  const { connect } = await startRooms({
    contract: guestChat,
    limits: { page: 3, pageBytes: 5_000, batchBytes: 5_000, eventBytes: 5_000 },
  })
  const ann = await connect()
  const { epoch } = await ann.join('general')
  await ann.publish('general', texts(['a', 'b', 'c', 'd']))
  await ann.publish('general', texts(['x'.repeat(2_000), 'y'.repeat(2_000)], 5))
  await ann.publish('general', texts(['z'.repeat(2_000)], 7))
  const seqs = async (range: object) =>
    (await ann.ask<HistoryAnswer>(wire.history, { room: 'general', epoch, limit: 1e9, ...range })).entries.map(
      ({ seq }) => seq,
    )
  expect(await seqs({ after: 0 })).toEqual([1, 2, 3])
  expect(await seqs({ after: 4 })).toEqual([5, 6])
  expect((await ann.join('general', { epoch, seq: 4 })).entries.map(({ seq }) => seq)).toEqual([5, 6])
})

test('P4 `first` says which entries the log no longer has', async () => {
  const { connect } = await startRooms({ contract: guestChat, log: memoryLog({ retention: { maxEntries: 2 } }) })
  const ann = await connect()
  const { epoch } = await ann.join('general')
  await ann.publish('general', texts(['a', 'b', 'c', 'd']))
  expect(await ann.ask(wire.history, { room: 'general', epoch, after: 0, limit: 9 })).toMatchObject({
    head: 4,
    first: 3,
    entries: [{ seq: 3 }, { seq: 4 }],
  })
  expect(await ann.ask(wire.history, { room: 'general', epoch, before: 3, limit: 9 })).toMatchObject({
    first: 3,
    entries: [],
  })
})

test('SEC16 another epoch is EPOCH, and a client outside the room is NOT_MEMBER', async () => {
  const { connect } = await startRooms({ contract: guestChat })
  const [ann, eve] = [await connect(), await connect()]
  const { epoch } = await ann.join('general')
  const request = { room: 'general', epoch, after: 0, limit: 9 }
  expect(await ann.ask(wire.history, { ...request, epoch: 'yesterday' })).toMatchObject({ ok: false, code: 'EPOCH' })
  expect(await eve.ask(wire.history, request)).toMatchObject({ ok: false, code: 'NOT_MEMBER' })
})

test('a room that the log forgot gets a new epoch', async () => {
  const { connect } = await startRooms({ contract: guestChat, log: memoryLog({ maxRooms: 1 }) })
  const ann = await connect()
  const { epoch } = await ann.join('general')
  await ann.publish('general', texts(['a']))
  await ann.ask(wire.leave, { room: 'general' })
  await ann.join('other')
  await ann.publish('other', texts(['b']))
  await ann.ask(wire.leave, { room: 'other' })
  const again = await ann.join('general', { epoch, seq: 1 })
  expect(again).toMatchObject({ ok: true, head: 0, first: 1, entries: [] })
  expect(again.epoch).not.toBe(epoch)
})
