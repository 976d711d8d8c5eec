import { passingCodes, type WireMeta, wire } from '@roomful/contract'
import { describe, expect, test, vi } from 'vitest'
import { memoryLog, refuse, type RoomLog } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, cidOf, gate, startRooms, texts } from './support/start-rooms.ts'

const words = (client: Client) => client.of('message').map(([data]) => (data as { text: string }).text)
const code = (value: string) => expect.objectContaining({ code: value })

describe('$publish', () => {
  test('S6 an unmodified socket.io-client hears the event under its own name, with data and meta; the sender too', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
    const { epoch } = await ann.join('general')
    await bob.join('general')
    const heard = new Promise<unknown[]>((resolve) => bob.socket.once('message', (...args) => resolve(args)))
    const answer = await ann.publish('general', [{ n: 5, event: 'message', data: { text: 'hi' } }], { cid: cidOf('q') })
    expect(answer).toEqual({ ok: true, epoch, results: [{ seq: 1, at: expect.any(Number) }] })
    const meta: WireMeta = {
      $room: 'general',
      epoch,
      seq: 1,
      id: 'qqqqqqqq:5',
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

  test('what travels is the input of the schema; the app sees its output', async () => {
    const seen: unknown[] = []
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('length', ({ data }) => void seen.push(data))
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', [{ n: 1, event: 'length', data: 'four' }])
    expect(ann.of('length')[0]?.[0]).toBe('four')
    expect(seen).toEqual([4])
  })

  test('an event without data travels as null', async () => {
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

  test('S3 a refusal in the middle holds up nobody: results by index, places without a hole', async () => {
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

  test('NOT_MEMBER and EPOCH touch nothing, and carry the epoch of the batch', async () => {
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

  test('S7 a log that fails: UNAVAILABLE, nothing told, reported; the next batch goes on', async () => {
    const log = memoryLog()
    let broken = true
    const failing: RoomLog = {
      page: (room, request) => log.page(room, request),
      commit: async (room, batch) => {
        if (broken) throw new Error('disk full')
        return await log.commit(room, batch)
      },
    }
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

  test('MORE: a batch over batchBytes is taken in part, and goes on where it ended', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { batchBytes: 5_000, eventBytes: 4_500 } })
    const ann = await connect()
    await ann.join('general')
    const items = texts(['a'.repeat(3_000), 'b'.repeat(1_900), 'c'.repeat(1_900)])
    const first = await ann.publish('general', items)
    expect(first).toMatchObject({ ok: false, code: 'MORE', after: 0, results: [{ seq: 1 }, { seq: 2 }] })
    expect(await ann.publish('general', items.slice(2))).toMatchObject({ ok: true, results: [{ seq: 3 }] })
  })

  test('MORE: a batch whose handlers take long is answered in part, before its sender gives up waiting', async () => {
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

describe('rooms.handle', () => {
  test('gets room, event, data, user and id', async () => {
    const seen: unknown[] = []
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    rooms.handle('message', ({ signal, ...context }) => {
      seen.push({ ...context, aborted: signal.aborted })
    })
    const ann = await connect({ id: 'ann', name: 'Ann' })
    await ann.join('general')
    await ann.publish('general', texts(['hi']))
    expect(seen).toEqual([
      {
        room: 'general',
        event: 'message',
        data: { text: 'hi' },
        user: { id: 'ann', name: 'Ann' },
        id: 'aaaaaaaa:1',
        aborted: false,
      },
    ])
  })

  test('may change the message, refuse it or leave it; its undo ends it', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const undo = rooms.handle('message', async ({ data }) => {
      if (data.text === 'rude') throw refuse('RUDE', 'be kind')
      return data.text === 'plain' ? undefined : { text: data.text.trim() }
    })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts([' a ', 'rude', 'plain']))).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { code: 'RUDE', message: 'be kind' }, { seq: 2 }],
    })
    undo()
    undo()
    await ann.publish('general', texts([' b ']))
    expect(words(ann)).toEqual(['a', 'plain', ' b '])
  })

  test('its hands on the data change nothing that travels', async () => {
    const log = memoryLog()
    const { rooms, connect } = await startRooms({ contract: guestChat, log })
    const changed = { text: 'changed' }
    rooms.handle('anything', ({ data }) => {
      ;(data as { list: number[] }).list.push(2)
    })
    rooms.handle('message', () => changed)
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', [{ n: 1, event: 'anything', data: { list: [1] } }, ...texts(['x'], 2)])
    changed.text = 'too late'
    const { entries } = await log.page('general', { after: 0, limit: 9, bytes: 9_999 })
    expect(entries.map(({ data }) => data)).toEqual([{ list: [1] }, { text: 'changed' }])
    expect(ann.of('anything')[0]?.[0]).toEqual({ list: [1] })
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['rejects with nothing', () => Promise.reject()],
    ['returns what the schema refuses', () => ({ text: '' })],
    ['returns too much', () => ({ text: 'x', more: 'x'.repeat(70_000) })],
    ['returns what JSON cannot hold', () => ({ text: 'x', size: 1n })],
  ])('S24 one that %s refuses its item only: INTERNAL, reported, kept secret', async (_, handler) => {
    const { rooms, connect, errors } = await startRooms({ contract: guestChat })
    rooms.handle('message', ({ data }) => (data.text === 'bad' ? (handler() as never) : undefined))
    const ann = await connect()
    await ann.join('general')
    const answer = await ann.publish('general', texts(['a', 'bad', 'b']))
    expect(answer).toMatchObject({ ok: true, results: [{ seq: 1 }, { code: 'INTERNAL' }, { seq: 2 }] })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors.map(({ context }) => context)).toEqual([{ during: 'emit', room: 'general', event: 'message' }])
    expect(words(ann)).toEqual(['a', 'b'])
  })

  test('an authorize.emit that fails is INTERNAL for its item; whatever is not true is FORBIDDEN', async () => {
    const { connect, errors } = await startRooms({
      contract: guestChat,
      authorize: {
        emit: (context) => {
          if (context.event === 'bell') throw new Error('secret')
          return context.event === 'note' ? ('yes' as never) : true
        },
      },
    })
    const ann = await connect()
    await ann.join('general')
    const items = [{ n: 1, event: 'bell' }, { n: 2, event: 'note' }, ...texts(['a'], 3)]
    expect(await ann.publish('general', items)).toMatchObject({
      ok: true,
      results: [{ code: 'INTERNAL' }, { code: 'FORBIDDEN' }, { seq: 1 }],
    })
    expect(errors.length).toBe(1)
  })

  test.each(['RATE', 'UNAVAILABLE', 'LIMIT'] satisfies (typeof passingCodes)[number][])(
    'S3 a passing refusal (%s) ends the batch there: the rest is untouched',
    async (passing) => {
      const handled: string[] = []
      const { rooms, connect } = await startRooms({ contract: guestChat })
      rooms.handle('message', ({ data }) => {
        handled.push(data.text)
        if (data.text === 'wait') throw refuse(passing, 'later', { after: 40.5 })
      })
      const ann = await connect()
      await ann.join('general')
      expect(await ann.publish('general', texts(['a', '', 'wait', 'b']))).toEqual({
        ok: false,
        epoch: expect.any(String),
        results: [{ seq: 1, at: expect.any(Number) }, code('SHAPE')],
        code: passing,
        message: 'later',
        after: 41,
      })
      expect(handled).toEqual(['a', 'wait'])
      expect(words(ann)).toEqual(['a'])
    },
  )

  test('P9 one that hangs is given up after handlerTimeoutMs, its signal aborts, and the next item goes on', async () => {
    const signals: AbortSignal[] = []
    const { rooms, connect, errors } = await startRooms({ contract: guestChat, handlerTimeoutMs: 50 })
    rooms.handle('message', ({ data, signal }) => {
      signals.push(signal)
      return data.text === 'hang' ? gate<undefined>().opened : undefined
    })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts(['hang', 'b']))).toMatchObject({
      results: [{ code: 'INTERNAL' }, { seq: 1 }],
    })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(errors.map(({ error }) => error)).toEqual([expect.objectContaining({ code: 'TIMEOUT' })])
  })

  test('one an event, of durable events of the contract', async () => {
    const { rooms } = await startRooms({ contract: guestChat })
    rooms.handle('message', () => {})
    expect(() => rooms.handle('message', () => {})).toThrow('handle: "message" has a handler already')
    expect(() => rooms.handle('cursor' as 'message', () => {})).toThrow(
      'handle: the contract has no durable room event "cursor"',
    )
    expect(() => rooms.handle('toString' as 'message', () => {})).toThrow(/no durable room event/)
  })

  test('an onError that fails harms nobody', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { rooms, connect } = await startRooms({
      contract: guestChat,
      onError: () => {
        throw new Error('reporter')
      },
    })
    rooms.handle('message', () => {
      throw new Error('handler')
    })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ results: [{ code: 'INTERNAL' }] })
    expect(printed.mock.calls.flat()).toEqual(expect.arrayContaining([new Error('reporter'), new Error('handler')]))
    printed.mockRestore()
  })
})

describe('S2 one batch a sender and room at a time', () => {
  test('the next waits; a newer one takes the place of the one that waits', async () => {
    const slow = gate()
    const handled: string[] = []
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async ({ data }) => {
      handled.push(data.text)
      if (data.text === 'a') await slow.opened
    })
    const ann = await connect()
    await ann.join('general')
    const answers = ['a', 'b', 'c'].map((text, index) => ann.publish('general', texts([text], index + 1)))
    expect(await answers[1]).toMatchObject({ ok: false, code: 'UNAVAILABLE', results: [] })
    expect(handled).toEqual(['a'])
    slow.open()
    expect(await Promise.all([answers[0], answers[2]])).toMatchObject([
      { results: [{ seq: 1 }] },
      { results: [{ seq: 2 }] },
    ])
    expect(words(ann)).toEqual(['a', 'c'])
  })

  test('a slow handler holds back its own sender and room only', async () => {
    const slow = gate()
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    rooms.handle('message', async ({ data }) => {
      if (data.text === 'slow') await slow.opened
    })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const client of [ann, bob]) for (const room of ['general', 'other']) await client.join(room)
    const held = ann.publish('general', texts(['slow', 'after it']))
    await bob.publish('general', texts(['quick']))
    await ann.publish('other', texts(['elsewhere']))
    await expect.poll(() => words(bob)).toEqual(['quick', 'elsewhere'])
    slow.open()
    expect(await held).toMatchObject({ results: [{ seq: 2 }, { seq: 3 }] })
  })

  test('S9 a guest is known by its cid: a batch of the old connection is in the way of its resend', async () => {
    const slow = gate()
    let handled = 0
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async () => {
      handled += 1
      await slow.opened
    })
    const [before, after] = [await connect(), await connect()]
    const { epoch } = await before.join('general')
    await after.join('general')
    before.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['hi']) })
    await expect.poll(() => handled).toBe(1)
    before.socket.disconnect()
    const resent = after.publish('general', texts(['hi']))
    await after.ask(wire.leave, { room: 'unrelated' })
    expect(handled).toBe(1)
    slow.open()
    expect(await resent).toMatchObject({ ok: true })
  })

  test('S18 another user with the same cid is not in the way', async () => {
    const slow = gate()
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    rooms.handle('message', async ({ user }) => {
      if (user.id === 'ann') await slow.opened
    })
    const [ann, eve] = [await connect({ id: 'ann' }), await connect({ id: 'eve' })]
    await ann.join('general')
    await eve.join('general')
    const held = ann.publish('general', texts(['from ann']))
    expect(await eve.publish('general', texts(['from eve']))).toMatchObject({ results: [{ seq: 1 }] })
    slow.open()
    expect(await held).toMatchObject({ results: [{ seq: 2 }] })
  })

  test('a sender who goes or leaves does not stop what is under way', async () => {
    const slow = gate()
    let handling = 0
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async () => {
      handling += 1
      await slow.opened
    })
    const [ann, bob] = [await connect(), await connect()]
    const { epoch } = await ann.join('general')
    ann.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['last words']) })
    await expect.poll(() => handling).toBe(1)
    ann.socket.disconnect()
    slow.open()
    const read = async () => (await bob.join('general', { epoch, seq: 0 })).entries.map(({ data }) => data)
    await expect.poll(read).toEqual([{ text: 'last words' }])
  })
})
