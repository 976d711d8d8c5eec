import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createScriptedPublisher } from './support/scripted-protocol.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Lets promises settle; no time passes. */
const settled = () => vi.advanceTimersByTimeAsync(0)

describe('PB4 a refusal', () => {
  test('of one message concerns no other', async () => {
    const { batches, open, outcome } = createScriptedPublisher()
    const outcomes = ['a', 'b', 'c'].map((event) => outcome(event))
    open()
    batches[0]?.answer({
      results: [
        { confirmed: true, id: 'id:1', seq: 1, at: 0 },
        new RoomfulError('FORBIDDEN', 'no'),
        { confirmed: true, id: 'id:3', seq: 2, at: 0 },
      ],
    })
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'FORBIDDEN', 'id:3'])
  })
  test('that passes keeps the rest, in order and before what came later, for as long as the server asks', async () => {
    const { batches, open, outcome } = createScriptedPublisher()
    const outcomes = ['a', 'b', 'c'].map((event) => outcome(event))
    open()
    batches[0]?.confirm(1, { afterMs: 1_000 })
    await settled()
    outcomes.push(outcome('d'))
    await vi.advanceTimersByTimeAsync(999)
    expect(batches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(501) // with its jitter, at most half as long again
    expect(batches.slice(1).map(({ events, numbers }) => [events, numbers])).toEqual([
      [
        ['b', 'c', 'd'],
        [2, 3, 4],
      ],
    ])
    batches[1]?.confirm()
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'id:2', 'id:3', 'id:4'])
  })
  test('that passes may come again and again', async () => {
    const { batches, open, outcome } = createScriptedPublisher()
    const sent = outcome('a')
    open()
    for (let times = 1; times <= 20; times += 1) {
      expect(batches).toHaveLength(times)
      batches.at(-1)?.confirm(0, { afterMs: 10 })
      await vi.advanceTimersByTimeAsync(10_000)
    }
    batches.at(-1)?.confirm()
    await expect(sent).resolves.toBe('id:1')
  })
  test('that passes is forgotten with the connection: all goes out after the next join', async () => {
    const { batches, open, outcome, publisher } = createScriptedPublisher({ batchItems: 1 })
    const outcomes = ['a', 'b', 'c'].map((event) => outcome(event))
    open()
    batches[0]?.confirm(0, { afterMs: 60_000 })
    await settled()
    publisher.close()
    open('epoch-2')
    for (const batch of ['a', 'b', 'c'].keys()) {
      expect(batches).toHaveLength(batch + 2)
      batches.at(-1)?.confirm()
      await settled()
    }
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'id:2', 'id:3'])
  })
  test.each(['EPOCH', 'NOT_MEMBER'])('%s joins again, and sends when that is done', async () => {
    const { batches, open, outcome, rejoins } = createScriptedPublisher()
    const outcomes = ['a', 'b'].map((event) => outcome(event))
    open()
    batches[0]?.confirm(1, { rejoin: true })
    await settled()
    expect(rejoins).toHaveLength(1)
    expect(batches).toHaveLength(1)
    open('epoch-2')
    expect(batches[1]).toMatchObject({ epoch: 'epoch-2', events: ['b'] })
    batches[1]?.confirm()
    await expect(Promise.all(outcomes)).resolves.toEqual(['id:1', 'id:2'])
  })
})

describe('PB4 a server that takes nothing', () => {
  test('and names no wait is asked less and less often, and at once again when it takes something', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { batches, open, outcome } = createScriptedPublisher()
    void outcome('a')
    open()
    const waits: number[] = []
    for (let round = 0; round < 9; round += 1) {
      const asked = batches.length
      const from = Date.now()
      batches.at(-1)?.confirm(0, { afterMs: 0 })
      await settled()
      while (batches.length === asked) await vi.advanceTimersToNextTimerAsync()
      waits.push(Date.now() - from)
    }
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    batches.at(-1)?.confirm()
    await settled()
    void outcome('b')
    batches.at(-1)?.confirm(0, { afterMs: 0 })
    const asked = batches.length
    await vi.advanceTimersByTimeAsync(0)
    expect(batches).toHaveLength(asked + 1)
    vi.restoreAllMocks()
  })

  test('what waits is sent as it was when it was given', async () => {
    const { publisher, protocol, open } = createScriptedPublisher()
    const data = { text: 'as given' }
    void publisher.publish('a', data)
    data.text = 'changed'
    const sent: unknown[] = []
    const { publish } = protocol
    Object.assign(protocol, {
      publish: (...args: Parameters<typeof publish>) => {
        sent.push(...args[2].map((item) => item.data))
        return publish(...args)
      },
    })
    open()
    expect(sent).toEqual([{ text: 'as given' }])
  })
})
