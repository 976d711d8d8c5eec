import { describe, expect, test } from 'vitest'
import { memoryLog, type NewEntry, type RoomLog } from '../src/index.ts'
import { describeLog } from './log-suite.ts'

describeLog('memory log', (options) => memoryLog(options))

const entry = (text: string): NewEntry => ({ event: 'message', data: text, id: text.slice(0, 9), from: null, at: 1 })
const add = async (log: RoomLog, room: string, ...words: string[]) => await log.append(room, words.map(entry))
const read = async (log: RoomLog, room: string) =>
  await log.page(room, { after: 0, limit: 100_000, bytes: 100_000_000 })

describe('the bounds of a memory log', () => {
  test('P7 keeps the newest maxEntries, and `first` says so', async () => {
    const log = memoryLog({ retention: { maxEntries: 3 } })
    for (let n = 1; n <= 1_000; n += 1) await add(log, 'general', String(n))
    const page = await read(log, 'general')
    expect(page).toMatchObject({ head: 1_000, first: 998 })
    expect(page.entries.map(({ seq, data }) => [seq, data])).toEqual([
      [998, '998'],
      [999, '999'],
      [1_000, '1000'],
    ])
  })

  test('P7 keeps at most maxBytes, but always the newest entry', async () => {
    const log = memoryLog({ maxBytes: 2_000 })
    await add(log, 'general', ...['a', 'b', 'c', 'd'].map((letter) => letter.repeat(500)))
    expect(await read(log, 'general')).toMatchObject({ head: 4, first: 2 })
    await add(log, 'general', 'é'.repeat(5_000))
    expect(await read(log, 'general')).toMatchObject({ head: 5, first: 5, entries: [{ seq: 5 }] })
  })

  test('S10 deleting entries keeps epoch and head', async () => {
    const log = memoryLog({ retention: { maxEntries: 1 } })
    const { epoch } = await read(log, 'general')
    await add(log, 'general', 'a', 'b', 'c')
    expect(await read(log, 'general')).toMatchObject({ epoch, head: 3, first: 3 })
  })

  test('P7 forgets the room that is unused for longest; later it is empty, with a new epoch', async () => {
    const log = memoryLog({ maxRooms: 2 })
    for (const room of ['a', 'b']) {
      log.retain?.(room)
      await add(log, room, 'hello')
    }
    const epochs = { a: (await read(log, 'a')).epoch, b: (await read(log, 'b')).epoch }
    log.release?.('b')
    log.release?.('a')
    await add(log, 'c', 'hello')
    expect((await read(log, 'a')).epoch).toBe(epochs.a)
    const b = await read(log, 'b')
    expect(b).toMatchObject({ head: 0, entries: [] })
    expect(b.epoch).not.toBe(epochs.b)
  })

  test('P7 a retained room is never forgotten: one more room is refused', async () => {
    const log = memoryLog({ maxRooms: 1 })
    log.retain?.('a')
    await add(log, 'a', 'hello')
    expect(() => log.retain?.('b')).toThrow(expect.objectContaining({ code: 'LIMIT' }))
    expect(await read(log, 'a')).toMatchObject({ head: 1 })
    log.release?.('a')
    log.retain?.('b')
    expect(await read(log, 'b')).toMatchObject({ head: 0 })
  })

  test("a forgotten room loses its senders' rows, so that its numbers begin anew", async () => {
    const log = memoryLog({ maxRooms: 1, maxRows: 1 })
    const sender = { user: 'ann', cid: 'c' }
    const items = [{ n: 1, hash: 'h', entry: entry('a') }]
    const { epoch } = await read(log, 'a')
    expect(await log.commit('a', { epoch, sender, items })).toMatchObject({ head: 1 })
    await read(log, 'b')
    const again = await read(log, 'a')
    expect(await log.row('a', sender)).toBeUndefined()
    expect(await log.commit('a', { epoch: again.epoch, sender, items })).toMatchObject({
      head: 1,
      results: [{ seq: 1 }],
    })
  })

  test.each([
    [{ maxBytes: -1 }, 'memoryLog: maxBytes must be a whole number of at least 1, got -1'],
    [{ maxRooms: 1.5 }, 'memoryLog: maxRooms must be a whole number of at least 1, got 1.5'],
    [{ retention: { maxEntries: 0 } }, 'memoryLog: retention: maxEntries must be a whole number of at least 1, got 0'],
    [{ dedupMs: 1_000 }, 'memoryLog: dedupMs must be at least 86400000, a day; got 1000'],
  ])('a bound must be an integer that is large enough: %o', (options, sentence) => {
    expect(() => memoryLog(options)).toThrow(sentence)
  })
})
