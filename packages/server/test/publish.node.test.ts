import type { WireMeta } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, idOf, startRooms, texts, words } from './support/start-rooms.ts'

describe('$publish', () => {
  test('S6 an unmodified socket.io-client gets the event under its own name, with data and meta; so does the sender', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
    const { epoch } = await ann.join('general')
    await bob.join('general', undefined, { packs: false })
    const heard = new Promise<unknown[]>((resolve) => bob.socket.once('message', (...args) => resolve(args)))
    const answer = await ann.publish('general', [{ n: 5, event: 'message', data: { text: 'hi' } }], { cid: cidOf('q') })
    expect(answer).toEqual({ ok: true, epoch, results: [{ seq: 1, at: expect.any(Number) }] })
    const meta: WireMeta = {
      $room: 'general',
      epoch,
      seq: 1,
      id: idOf(5),
      from: { id: 'ann', name: 'Ann' },
      at: expect.any(Number),
    }
    expect(await heard).toEqual([{ text: 'hi' }, meta])
    expect(ann.of('message')).toEqual([[{ text: 'hi' }, meta]])
  })

  test('S6 the ack comes after the event', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', texts(['hi']))
    expect(words(ann)).toEqual(['hi'])
  })

  test('the input of the schema is sent; the app gets its output', async () => {
    const seen: unknown[] = []
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('length', ({ data }) => void seen.push(data))
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', [{ n: 1, event: 'length', data: 'four' }])
    expect(ann.of('length')[0]?.[0]).toBe('four')
    expect(seen).toEqual([4])
  })

  test('an event without data is sent as null', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    await ann.join('general')
    const items = [
      { n: 1, event: 'bell' },
      { n: 2, event: 'bell', data: null },
      { n: 3, event: 'note' },
    ]
    expect((await ann.publish('general', items)).ok).toBe(true)
    expect(ann.of('bell').map(([data]) => data)).toEqual([null, null])
    expect(ann.of('note').map(([data]) => data)).toEqual([null])
  })

  test('S3 a refused item does not stop the batch: results are by index, and places have no hole', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      authorize: { emit: (context) => context.event !== 'message' || context.data.text !== 'forbidden' },
    })
    const ann = await connect()
    await ann.join('general')
    const answer = await ann.publish('general', [
      ...texts(['a', 'forbidden', '', 'b'], 1),
      { n: 5, event: 'nonsense', data: 1 },
      { n: 6, event: 'cursor', data: { x: 1, y: 2 } },
      { n: 7, event: 'bell', data: 'x' },
      { n: 8, event: 'message', data: { text: 'x'.repeat(70_000) } },
      ...texts(['c'], 9),
    ])
    const at = expect.any(Number)
    expect(answer).toEqual({
      ok: true,
      epoch: expect.any(String),
      results: [
        { seq: 1, at },
        { code: 'FORBIDDEN', message: 'you are not allowed to send "message" here' },
        { code: 'SHAPE', message: expect.stringMatching(/^invalid data for "message": text: /) },
        { seq: 2, at },
        { code: 'SHAPE', message: 'the contract has no durable room event "nonsense"' },
        { code: 'SHAPE', message: 'the contract has no durable room event "cursor"' },
        { code: 'SHAPE', message: 'invalid data for "bell": expected no data, got "x"' },
        { code: 'TOO_LARGE', message: "an event's data may have at most 65536 bytes of JSON" },
        { seq: 3, at },
      ],
    })
    expect(words(ann)).toEqual(['a', 'b', 'c'])
  })

  test('SEC16 NOT_MEMBER and EPOCH write nothing, and carry the epoch of the batch', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    const refused = { ok: false, results: [], message: expect.any(String) }
    expect(await ann.publish('general', texts(['hi']), { epoch: 'yesterday' })).toEqual({
      ...refused,
      epoch: 'yesterday',
      code: 'NOT_MEMBER',
    })
    await ann.join('general')
    expect(await ann.publish('general', texts(['hi']), { epoch: 'yesterday' })).toEqual({
      ...refused,
      epoch: 'yesterday',
      code: 'EPOCH',
    })
    expect(await ann.join('general')).toMatchObject({ head: 0 })
    expect(words(ann)).toEqual([])
  })

  test('S7 an error of the log is reported, the client gets UNAVAILABLE and members nothing; the next batch is handled', async () => {
    const log = memoryLog()
    let broken = true
    const failing = changedLog(log, {
      commit: async (room, batch) => {
        if (broken) throw new Error('disk full')
        return await log.commit(room, batch)
      },
    })
    const { connect, errors } = await startRooms({ contract: guestChat, log: failing })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts(['lost', '']))).toMatchObject({
      ok: false,
      code: 'UNAVAILABLE',
      after: 1_000,
      results: [],
    })
    expect(errors).toEqual([{ error: new Error('disk full'), context: { during: 'commit', room: 'general' } }])
    broken = false
    expect(await ann.publish('general', texts(['kept']))).toMatchObject({ ok: true, results: [{ seq: 1 }] })
    expect(words(ann)).toEqual(['kept'])
  })

  test('MORE: a batch over batchBytes is stored in part, and the rest when it is sent again', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { batchBytes: 5_000, eventBytes: 4_500 } })
    const ann = await connect()
    await ann.join('general')
    const items = texts(['a'.repeat(3_000), 'b'.repeat(1_900), 'c'.repeat(1_900)])
    const first = await ann.publish('general', items)
    expect(first).toMatchObject({ ok: false, code: 'MORE', after: 0, results: [{ seq: 1 }, { seq: 2 }] })
    expect(await ann.publish('general', items.slice(2))).toMatchObject({ ok: true, results: [{ seq: 3 }] })
  })

  test('MORE: a batch with slow handlers is answered in part before its sender would send it again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const { rooms, connect } = await startRooms({ contract: guestChat })
      rooms.handle('message', () => void vi.advanceTimersByTime(3_000))
      const ann = await connect()
      await ann.join('general')
      expect(await ann.publish('general', texts(['a', 'b', 'c']))).toMatchObject({
        ok: false,
        code: 'MORE',
        results: [{ seq: 1 }, { seq: 2 }],
      })
    } finally {
      vi.useRealTimers()
    }
  })
})
