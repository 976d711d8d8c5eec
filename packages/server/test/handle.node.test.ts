import type { passingCodes } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import { memoryLog, refuse } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { gate, idOf, startRooms, texts, words } from './support/start-rooms.ts'
import { passedWaits } from './support/waits.ts'

const code = (value: string) => expect.objectContaining({ code: value })

describe('rooms.handle', () => {
  test('a handler a handler gets room, event, data, user, id and senderKey', async () => {
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
        id: idOf(1),
        senderKey: 'ann',
        aborted: false,
      },
    ])
  })

  test('a handler may change, refuse or keep a message, until it is removed', async () => {
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
    const other = rooms.handle('message', () => ({ text: 'other' }))
    undo()
    await ann.publish('general', texts(['x'], 4))
    other()
    await ann.publish('general', texts([' b '], 5))
    expect(words(ann)).toEqual(['a', 'plain', 'other', ' b '])
  })

  test('a handler that changes its argument changes nothing for the receivers', async () => {
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
  ])(
    'SEC24 a handler that %s three times refuses only its item: INTERNAL, reported, without the text of the error',
    async (_, handler) => {
      const passWait = passedWaits()
      const { rooms, connect, errors } = await startRooms({ contract: guestChat })
      rooms.handle('message', ({ data }) => (data.text === 'bad' ? (handler() as never) : undefined))
      const ann = await connect()
      await ann.join('general')
      const answers = []
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        answers.push(await ann.publish('general', texts(['a', 'bad', 'b'])))
        passWait()
      }
      const passing = { ok: false, code: 'UNAVAILABLE', results: [{ seq: 1 }] }
      expect(answers).toMatchObject([
        { ...passing, after: 1_000 },
        { ...passing, after: 4_000 },
        { ok: true, results: [{ seq: 1 }, { code: 'INTERNAL' }, { seq: 2 }] },
      ])
      expect(JSON.stringify(answers)).not.toContain('secret')
      const context = { during: 'emit', room: 'general', event: 'message' }
      expect(errors.map((error) => error.context)).toEqual([context, context, context])
      expect(words(ann)).toEqual(['a', 'b'])
    },
  )

  test('the third error of authorize.emit is INTERNAL for its item; every result but true is FORBIDDEN', async () => {
    const passWait = passedWaits()
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
    for (const _ of ['first', 'second']) {
      expect(await ann.publish('general', items)).toMatchObject({ ok: false, code: 'UNAVAILABLE', results: [] })
      passWait()
    }
    expect(await ann.publish('general', items)).toMatchObject({
      ok: true,
      results: [{ code: 'INTERNAL' }, { code: 'FORBIDDEN' }, { seq: 1 }],
    })
    expect(errors.length).toBe(3)
  })

  test.each(['RATE', 'UNAVAILABLE', 'LIMIT'] satisfies (typeof passingCodes)[number][])(
    'S3 a passing refusal (%s) ends the batch: later items are not handled',
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

  test('P9 a handler that hangs is aborted after handlerTimeoutMs, and after three attempts the next item is handled', async () => {
    const signals: AbortSignal[] = []
    const passWait = passedWaits()
    const { rooms, connect, errors } = await startRooms({ contract: guestChat, handlerTimeoutMs: 50 })
    rooms.handle('message', ({ data, signal }) => {
      signals.push(signal)
      return data.text === 'hang' ? gate<undefined>().opened : Promise.resolve()
    })
    const ann = await connect()
    await ann.join('general')
    const publish = () => ann.publish('general', texts(['hang', 'quick']))
    for (const _ of ['first', 'second']) {
      expect(await publish()).toMatchObject({ code: 'UNAVAILABLE', results: [] })
      passWait()
    }
    expect(await publish()).toMatchObject({ ok: true, results: [{ code: 'INTERNAL' }, { seq: 1 }] })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, false])
    expect(errors.map(({ error }) => error)).toMatchObject([1, 2, 3].map(() => ({ code: 'TIMEOUT' })))
  })

  test('an event has at most one handler, and must be a durable event of the contract', async () => {
    const { rooms } = await startRooms({ contract: guestChat })
    rooms.handle('message', () => {})
    expect(() => rooms.handle('message', () => {})).toThrow('handle: "message" has a handler already')
    expect(() => rooms.handle('cursor' as 'message', () => {})).toThrow(
      'handle: the contract has no durable room event "cursor"',
    )
    expect(() => rooms.handle('toString' as 'message', () => {})).toThrow(/no durable room event/)
  })

  test('an error of onError does not affect the answer', async () => {
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
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ code: 'UNAVAILABLE' })
    expect(printed.mock.calls.flat()).toEqual([
      expect.stringMatching(/^roomful: failed during onError: Error: reporter/),
      expect.stringMatching(/^roomful: failed during emit: Error: handler, in room "general"/),
    ])
    printed.mockRestore()
  })
})
