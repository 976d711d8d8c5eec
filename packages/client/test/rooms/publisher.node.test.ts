import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createScriptedPublisher } from './support/scripted-protocol.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Lets promises settle; no time passes. */
const settled = () => vi.advanceTimersByTimeAsync(0)

describe('PB1 messages go out in the order given', () => {
  test('one batch at a time: what is given meanwhile goes together in the next', async () => {
    const { publisher, batches, open, outcome } = createScriptedPublisher()
    open()
    const outcomes = ['a', 'b', 'c'].map((event) => outcome(event))
    expect(batches.map(({ events }) => events)).toEqual([['a']])
    batches[0]?.confirm()
    await settled()
    expect(batches.map(({ events }) => events)).toEqual([['a'], ['b', 'c']])
    batches[1]?.confirm()
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'id:2', 'id:3'])
    await publisher.idle()
  })
  test('not before the room is joined, and then with the epoch of that join', async () => {
    const { batches, open, outcome, publisher } = createScriptedPublisher()
    void outcome('early')
    expect(batches).toEqual([])
    open('epoch-1')
    expect(batches.map(({ epoch }) => epoch)).toEqual(['epoch-1'])
    batches[0]?.confirm()
    await settled()
    publisher.close()
    void outcome('while away')
    await settled()
    expect(batches).toHaveLength(1)
    open('epoch-2')
    expect(batches.map(({ epoch, events }) => [epoch, ...events])).toEqual([
      ['epoch-1', 'early'],
      ['epoch-2', 'while away'],
    ])
  })
  test('never over a connection that takes nothing now; the next join sends them', async () => {
    const { batches, open, outcome, setReady } = createScriptedPublisher()
    open()
    setReady(false)
    void outcome('a')
    void outcome('b')
    expect(batches).toEqual([])
    setReady(true)
    open()
    expect(batches.map(({ events }) => events)).toEqual([['a', 'b']])
  })
  test('as many at once as the server takes', async () => {
    const { batches, open, outcome } = createScriptedPublisher({ batchItems: 2 })
    for (const event of ['a', 'b', 'c', 'd', 'e']) void outcome(event)
    open()
    for (const expected of [['a', 'b'], ['c', 'd'], ['e']]) {
      expect(batches.at(-1)?.events).toEqual(expected)
      batches.at(-1)?.confirm()
      await settled()
    }
    expect(batches).toHaveLength(3)
  })
  test('up to a bound: one more is refused, and the others are sent', async () => {
    const { batches, open, outcome, publisher } = createScriptedPublisher({ limit: 2 })
    const outcomes = ['a', 'b', 'c'].map((event) => outcome(event))
    await expect(outcomes[2]).resolves.toBe('QUEUE_FULL')
    await expect(publisher.publish('d', {})).rejects.toThrow(
      '"d" was not sent: 2 messages already wait in room general (queueLimit)',
    )
    open()
    expect(batches.map(({ events }) => events)).toEqual([['a', 'b']])
    batches[0]?.confirm()
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'id:2', 'QUEUE_FULL'])
  })
  test('EM9 data that cannot be encoded is refused at once, and costs the others nothing', async () => {
    const { batches, open, outcome } = createScriptedPublisher()
    open()
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle
    await expect(outcome('bad', circle)).resolves.toBe('INVALID_ARGUMENT')
    await expect(outcome('big', { n: 1n })).resolves.toBe('INVALID_ARGUMENT')
    void outcome('good')
    expect(batches.map(({ events, numbers }) => [events, numbers])).toEqual([[['good'], [1]]])
  })
})

describe('PB3 and PB5 what will not be answered', () => {
  test('rejects once when the request failed; it is not sent again, what waits behind it is', async () => {
    const { batches, open, outcome, publisher } = createScriptedPublisher()
    open()
    const cut = outcome('cut')
    const next = outcome('next')
    publisher.close()
    batches[0]?.fail(new RoomfulError('DISCONNECTED', 'the connection ended'))
    await expect(cut).resolves.toBe('DISCONNECTED')
    expect(batches).toHaveLength(1)
    open()
    expect(batches[1]?.events).toEqual(['next'])
    batches[1]?.confirm()
    await expect(next).resolves.toBe('id:2')
  })
  test('rejects where the room is left or refused: all that waits, in one go, and inspect hears of each', async () => {
    const { outcome, publisher, batches, open, dropped } = createScriptedPublisher()
    const outcomes = ['a', 'b'].map((event) => outcome(event))
    publisher.fail(new RoomfulError('LEFT', 'left'))
    await expect(Promise.all(outcomes)).resolves.toEqual(['LEFT', 'LEFT'])
    expect(dropped).toEqual([
      ['a', 'LEFT'],
      ['b', 'LEFT'],
    ])
    open()
    expect(batches).toEqual([])
  })
  test('what was on its way then, and the server did not touch, is refused too; it is never sent', async () => {
    const { outcome, publisher, batches, open } = createScriptedPublisher()
    open()
    const first = outcome('a')
    publisher.fail(new RoomfulError('LEFT', 'left'))
    const next = outcome('for the next join')
    batches[0]?.confirm(0, { afterMs: 10 })
    await expect(first).resolves.toBe('LEFT')
    open()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(batches.slice(1).map(({ events }) => events)).toEqual([['for the next join']])
    batches[1]?.confirm()
    await expect(next).resolves.toBe('id:2')
  })
  test('an error that is none of ours becomes one', async () => {
    const { batches, open, publisher } = createScriptedPublisher()
    open()
    const sent = publisher.publish('a', {})
    batches[0]?.fail(new TypeError('oops'))
    await expect(sent).rejects.toMatchObject({ code: 'INTERNAL', message: 'oops' })
    await expect(sent).rejects.toBeInstanceOf(RoomfulError)
  })
})

describe('PB5 idle, for the leave that waits for it', () => {
  const isIdle = async (idle: Promise<void>) => Promise.race([idle.then(() => true), settled().then(() => false)])

  test('at once where nothing is on its way, or can be', async () => {
    const { publisher, open, outcome } = createScriptedPublisher()
    await expect(isIdle(publisher.idle())).resolves.toBe(true)
    void outcome('waits for a join')
    await expect(isIdle(publisher.idle())).resolves.toBe(true)
    publisher.fail(new RoomfulError('LEFT', 'left'))
    open()
    await expect(isIdle(publisher.idle())).resolves.toBe(true)
  })
  test('after the last batch', async () => {
    const { publisher, open, outcome, batches } = createScriptedPublisher()
    open()
    void outcome('a')
    void outcome('b')
    const idle = publisher.idle()
    batches[0]?.confirm()
    await expect(isIdle(idle)).resolves.toBe(false)
    batches[1]?.confirm()
    await expect(isIdle(idle)).resolves.toBe(true)
  })
  test('when the room is joined anew meanwhile: what waits goes out after that', async () => {
    const { publisher, open, outcome, batches } = createScriptedPublisher({ batchItems: 1 })
    open()
    void outcome('on its way')
    void outcome('waits')
    const idle = publisher.idle()
    publisher.close()
    await expect(isIdle(idle)).resolves.toBe(false)
    batches[0]?.confirm()
    await expect(isIdle(idle)).resolves.toBe(true)
    open('epoch-2')
    expect(batches[1]).toMatchObject({ epoch: 'epoch-2', events: ['waits'] })
  })
  test('when the room is joined anew while the server wants to be left alone', async () => {
    const { publisher, open, outcome, batches } = createScriptedPublisher()
    open()
    void outcome('waits')
    batches[0]?.confirm(0, { afterMs: 60_000 })
    await settled()
    const idle = publisher.idle()
    publisher.close()
    await expect(isIdle(idle)).resolves.toBe(true)
  })
  test('without another join: what is refused for the lack of one is refused', async () => {
    const { publisher, open, outcome, batches, rejoins } = createScriptedPublisher()
    open()
    const sent = outcome('a')
    const idle = publisher.idle()
    batches[0]?.confirm(0, { rejoin: true, error: new RoomfulError('NOT_MEMBER', 'join the room first') })
    await expect(sent).resolves.toBe('NOT_MEMBER')
    await expect(isIdle(idle)).resolves.toBe(true)
    expect([rejoins, batches.length]).toEqual([[], 1])
  })
  test('when the connection goes, and with what waits refused', async () => {
    const { publisher, open, outcome, batches } = createScriptedPublisher()
    open()
    void outcome('a')
    void outcome('b')
    const idle = publisher.idle()
    publisher.fail(new RoomfulError('LEFT', 'left'))
    batches[0]?.fail(new RoomfulError('DISCONNECTED', 'cut'))
    await expect(isIdle(idle)).resolves.toBe(true)
  })
})
