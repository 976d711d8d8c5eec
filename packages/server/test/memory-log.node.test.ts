import { describe, expect, test } from 'vitest'
import { memoryLog, type NewEntry, type RoomLog, type Sender } from '../src/index.ts'
import { describeLog } from './log-suite.ts'
import { append } from './support/append.ts'

describeLog('memory log', (options) => memoryLog(options))

const entry = (text: string): NewEntry => ({ event: 'message', data: text, id: text.slice(0, 9), from: null, at: 1 })
const ann: Sender = { user: 'ann', cid: 'c' }
const add = async (log: RoomLog, room: string, ...words: string[]) => await append(log, room, words.map(entry))
const use = async (log: RoomLog, room: string) => await log.subscribe(room, () => {})
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
    const [leaveA, leaveB] = [await use(log, 'a'), await use(log, 'b')]
    for (const room of ['a', 'b']) await add(log, room, 'hello')
    const epochs = { a: (await read(log, 'a')).epoch, b: (await read(log, 'b')).epoch }
    leaveB()
    leaveA()
    await add(log, 'c', 'hello')
    expect((await read(log, 'a')).epoch).toBe(epochs.a)
    const b = await read(log, 'b')
    expect(b).toMatchObject({ head: 0, entries: [] })
    expect(b.epoch).not.toBe(epochs.b)
  })

  test('P7 a room in use is never forgotten: one more room is refused', async () => {
    const log = memoryLog({ maxRooms: 1 })
    const leaveA = await use(log, 'a')
    await add(log, 'a', 'hello')
    await use(log, 'b')
    const refusal = expect.objectContaining({ code: 'LIMIT' })
    expect(() => append(log, 'b', [entry('hello')])).toThrow(refusal)
    expect(() => log.row('b', ann)).toThrow(refusal)
    expect(await log.row('a', ann)).toBeUndefined()
    expect(await read(log, 'a')).toMatchObject({ head: 1 })
    leaveA()
    const { epoch } = await read(log, 'b')
    expect(await add(log, 'b', 'hello')).toMatchObject({ head: 1, epoch })
    expect(await read(log, 'a')).toMatchObject({ head: 0 })
  })

  test('SEC9 200,000 rooms that are only joined take no memory, and no room with messages is forgotten for them', async () => {
    const log = memoryLog({ maxRooms: 2 })
    const { epoch } = await add(log, 'general', 'hello')
    for (let room = 0; room < 200_000; room += 1) {
      const leave = await use(log, `flood ${room}`)
      await read(log, `flood ${room}`)
      leave()
    }
    await add(log, 'other', 'hello')
    expect(await read(log, 'general')).toMatchObject({ epoch, head: 1 })
    const { epoch: again } = await read(log, 'flood 7')
    const leave = await use(log, 'flood 7')
    leave()
    expect(await read(log, 'flood 7')).toMatchObject({ epoch: again, head: 0 })
  })

  test('an empty room in use keeps its epoch, also when another room is forgotten', async () => {
    const log = memoryLog({ maxRooms: 1 })
    await use(log, 'quiet')
    const { epoch } = await read(log, 'quiet')
    await add(log, 'a', 'hello')
    await add(log, 'b', 'hello')
    expect((await read(log, 'quiet')).epoch).toBe(epoch)
    expect(await add(log, 'quiet', 'hello')).toMatchObject({ epoch, head: 1 })
  })

  test('SEC9 an address that began a twentieth of all rooms has its own rooms forgotten for new ones', async () => {
    const log = memoryLog({ maxRooms: 40 })
    const say = async (room: string, sender: Sender) => {
      const { epoch } = await read(log, room)
      return await log.commit(room, { epoch, sender, items: [{ n: 1, hash: 'h', entry: entry('a') }] })
    }
    for (let n = 0; n < 38; n += 1) await say(`old ${n}`, { user: `user ${n}`, cid: 'c' })
    for (let n = 0; n < 300; n += 1) await say(`flood ${n}`, { user: null, cid: `c ${n}`, address: '192.0.2.1' })
    for (let n = 0; n < 38; n += 1) expect(await read(log, `old ${n}`)).toMatchObject({ head: 1 })
    expect(await read(log, 'flood 299')).toMatchObject({ head: 1 })
    expect(await read(log, 'flood 297')).toMatchObject({ head: 0 })
    await say('new', { user: 'ann', cid: 'c', address: '192.0.2.2' })
    expect(await read(log, 'old 0')).toMatchObject({ head: 0 })
    expect(await read(log, 'old 1')).toMatchObject({ head: 1 })
    for (const room of ['flood 298', 'flood 299']) await use(log, room)
    expect(() => log.row('more', { user: 'eve', cid: 'c', address: '192.0.2.1' })).toThrow(/at most 40 rooms/)
  })

  test("a forgotten room loses its senders' rows, so that its numbers begin anew", async () => {
    const log = memoryLog({ maxRooms: 1, maxRows: 1 })
    const sender = { user: 'ann', cid: 'c' }
    const items = [{ n: 1, hash: 'h', entry: entry('a') }]
    const { epoch } = await read(log, 'a')
    expect(await log.commit('a', { epoch, sender, items })).toMatchObject({ head: 1 })
    await add(log, 'b', 'hello')
    const again = await read(log, 'a')
    expect(again.epoch).not.toBe(epoch)
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
