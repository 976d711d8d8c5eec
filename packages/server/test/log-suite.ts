import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type {
  Appended,
  Ban,
  BanOptions,
  DecidedItem,
  EarlierEpoch,
  NewEntry,
  RetentionOption,
  RoomLog,
  RowOptions,
  Sender,
} from '../src/index.ts'
import { describeAmendments } from './log-amendments-suite.ts'
import { append } from './support/append.ts'

const entry = (text: string): NewEntry => ({
  event: 'message',
  data: { text },
  id: `id-${text.slice(0, 9)}`,
  from: { id: 'ann' },
  at: 7,
})
const entries = (...words: string[]): NewEntry[] => words.map(entry)
const all = { after: 0, limit: 1_000, bytes: 1_000_000 }

const ann: Sender = { user: 'ann', cid: 'a'.repeat(22) }
const guest: Sender = { user: null, cid: 'g'.repeat(22) }
const server: Sender = { user: null, cid: 's'.repeat(22), isServer: true }
const HOUR_MS = 3_600_000

export interface SuiteOptions extends RowOptions, BanOptions {
  readonly retention?: RetentionOption
}

/**
 * The behaviour of every room log; `create` makes an empty one that keeps at least 1,000 entries a room by default. The bounds
 * of rows count `neighbor` together with the room `general`.
 */
export function describeLog(
  name: string,
  create: (options: SuiteOptions) => RoomLog | Promise<RoomLog>,
  neighbor = 'other',
): void {
  const openLog = async (options: SuiteOptions = {}) => {
    const log = await create(options)
    const add = async (room: string, ...words: string[]) => await append(log, room, entries(...words))
    const commit = async (room: string, sender: Sender, items: DecidedItem[]) => {
      const { epoch } = await log.page(room, all)
      return await log.commit(room, { epoch, sender, items })
    }
    const wordsOf = async (room: string, request: Parameters<RoomLog['page']>[1]) =>
      (await log.page(room, request)).entries.map(({ data }) => (data as { text: string }).text)
    return { log, add, commit, wordsOf }
  }

  describeAmendments(name, create)

  describe(`${name}: the behaviour of every log`, () => {
    test('S10 an empty room has an epoch of 8 to 32 characters and keeps it', async () => {
      const { log } = await openLog()
      const page = await log.page('general', all)
      expect(page).toEqual({
        epoch: expect.stringMatching(/^.{8,32}$/),
        head: 0,
        count: 0,
        lineage: [],
        first: 1,
        entries: [],
      })
      expect((await log.page('general', all)).epoch).toBe(page.epoch)
      expect((await log.page('other', all)).epoch).not.toBe(page.epoch)
    })

    test('appended entries are numbered after the head, and pages give them back', async () => {
      const { log, add } = await openLog()
      await add('general', 'a')
      const committed = await add('general', 'b', 'c')
      expect(committed).toMatchObject({ head: 3 })
      expect(committed.entries).toEqual([
        { ...entry('b'), seq: 2, count: 0 },
        { ...entry('c'), seq: 3, count: 0 },
      ])
      const page = await log.page('general', all)
      expect(page).toEqual({
        epoch: committed.epoch,
        head: 3,
        first: 1,
        entries: [{ ...entry('a'), seq: 1, count: 0 }, ...committed.entries],
        count: 0,
        lineage: [],
      })
    })

    test('a listener gets each commit of its room in the order of the log, those of the server too, until it unsubscribes', async () => {
      const { log, add, commit } = await openLog()
      await add('general', 'before')
      const received: Appended[] = []
      const unsubscribe = await log.subscribe('general', (appended) => received.push(appended))
      const writes = ['a', 'b', 'c'].map((word, index) =>
        index === 1 ? commit('general', ann, [item(1, word), refused(2, 'SPAM')]) : add('general', word),
      )
      await commit('other', ann, [item(1, 'elsewhere')])
      const written = await Promise.all(writes)
      await commit('general', ann, [item(1, 'b'), refused(2, 'SPAM')])
      await expect.poll(() => received.length).toBe(3)
      const { epoch, head, entries: stored } = await log.page('general', all)
      expect(received.flatMap((appended) => appended.entries)).toEqual(stored.slice(1))
      expect(received.map((appended) => [appended.epoch, appended.head])).toEqual([2, 3, 4].map((seq) => [epoch, seq]))
      expect(head).toBe(4)
      expect(new Set(written.map((one) => one?.head))).toEqual(new Set([2, 3, 4]))
      unsubscribe()
      unsubscribe()
      await add('general', 'after')
      expect(received).toHaveLength(3)
    })

    test('S11 entries that are not in a page that is read after the subscription come to its listener', async () => {
      const { log, add } = await openLog()
      const writes = Array.from({ length: 20 }, (_, index) => add('general', String(index)))
      const received: number[] = []
      await log.subscribe('general', (appended) => received.push(...appended.entries.map(({ seq }) => seq)))
      const more = Array.from({ length: 20 }, (_, index) => add('general', String(index)))
      const { head } = await log.page('general', all)
      await Promise.all([...writes, ...more])
      await expect.poll(() => received.at(-1)).toBe(40)
      expect(received.filter((seq) => seq > head)).toEqual(
        Array.from({ length: 40 - head }, (_, index) => head + index + 1),
      )
    })

    test('a listener that throws disturbs neither the write nor other listeners; Node prints a warning', async () => {
      const { log, add } = await openLog()
      const warnings: Error[] = []
      const onWarning = (warning: Error): void => void warnings.push(warning)
      process.on('warning', onWarning)
      onTestFinished(() => void process.off('warning', onWarning))
      await log.subscribe('general', () => {
        throw new Error('a mistake of a listener')
      })
      const received: number[] = []
      await log.subscribe('general', ({ head }) => received.push(head))
      await add('general', 'a')
      await add('general', 'b')
      await expect.poll(() => received).toEqual([1, 2])
      expect(await log.page('general', all)).toMatchObject({ head: 2 })
      await expect
        .poll(() => warnings.map(({ message }) => message))
        .toEqual(['a mistake of a listener', 'a mistake of a listener'])
    })

    test('a listener may write to the log: all listeners get the entries in the order of the log', async () => {
      const { log, add } = await openLog()
      const answers: unknown[] = []
      await log.subscribe('general', ({ head }) => {
        if (head === 1) answers.push(add('general', 'an answer'))
      })
      const received: number[] = []
      await log.subscribe('general', ({ head }) => received.push(head))
      await add('general', 'a question')
      await expect.poll(() => received).toEqual([1, 2])
      await Promise.all(answers)
    })

    test('S4 a commit with another epoch writes nothing, nor does an empty one', async () => {
      const { log } = await openLog()
      const { epoch } = await log.page('general', all)
      const batch = { sender: ann, items: [item(1, 'a')] }
      expect(await log.commit('general', { ...batch, epoch: 'yesterday' })).toBeUndefined()
      expect(await log.commit('general', { epoch: 'yesterday', sender: ann, items: [] })).toBeUndefined()
      expect(await log.commit('general', { epoch, sender: ann, items: [] })).toEqual({
        epoch,
        head: 0,
        count: 0,
        results: [],
        entries: [],
      })
      expect(await log.page('general', all)).toMatchObject({ head: 0, entries: [] })
      expect(await log.row('general', ann)).toBeUndefined()
    })

    test('S4 a batch writes its entries and its row, with refused items too, in one step', async () => {
      const { log, commit, wordsOf } = await openLog()
      await append(log, 'general', entries('before'))
      const items = [item(1, 'a'), refused(2, 'SPAM'), item(5, 'b')]
      const results = [{ seq: 2, at: 7 }, { code: 'SPAM' }, { seq: 3, at: 7 }]
      expect(await commit('general', ann, items)).toMatchObject({ head: 3, results, entries: [{ seq: 2 }, { seq: 3 }] })
      expect(await wordsOf('general', all)).toEqual(['before', 'a', 'b'])
      expect(await log.row('general', ann)).toEqual({
        last: 5,
        results: items.map(({ n, hash }, index) => ({ n, hash, answer: results[index] })),
        usedAt: expect.any(Number),
      })
    })

    test('S4 a commit uses the current row, not the row at the time when the batch was decided', async () => {
      const { log, commit, wordsOf } = await openLog()
      await commit('general', ann, [item(1, 'a')])
      const looked = [await log.row('general', ann), await log.row('general', ann)]
      expect(looked).toMatchObject([{ last: 1 }, { last: 1 }])
      const items = [item(1, 'a'), item(2, 'b')]
      const results = [{ seq: 1 }, { seq: 2 }]
      expect(await commit('general', ann, items)).toMatchObject({ results, entries: [{ seq: 2 }] })
      expect(await commit('general', ann, items)).toMatchObject({ results, entries: [] })
      expect(await wordsOf('general', all)).toEqual(['a', 'b'])
    })

    test('S5 repeated items get the same answers and are written once; new items of the batch are stored', async () => {
      const { commit, wordsOf } = await openLog()
      const items = [item(1, 'a'), refused(2, 'SPAM')]
      const first = await commit('general', guest, items)
      expect(await commit('general', guest, items)).toEqual({ ...first, entries: [] })
      const grown = await commit('general', guest, [...items, item(3, 'c')])
      expect(grown).toMatchObject({ head: 2, results: [...(first?.results ?? []), { seq: 2 }], entries: [{ seq: 2 }] })
      expect(await wordsOf('general', all)).toEqual(['a', 'c'])
    })

    test('S5 another body under the same number is a CONFLICT, and the first answer stays; a forgotten one is STALE', async () => {
      const { commit, wordsOf } = await openLog()
      await commit('general', ann, [item(1, 'a'), item(2, 'b')])
      const conflict = await commit('general', ann, [item(2, 'other'), item(3, 'c')])
      expect(conflict?.results).toMatchObject([{ code: 'CONFLICT' }, { seq: 3 }])
      const again = await commit('general', ann, [item(1, 'a'), item(2, 'b'), item(3, 'c')])
      expect(again?.results).toMatchObject([{ code: 'STALE' }, { seq: 2 }, { seq: 3 }])
      expect(await wordsOf('general', all)).toEqual(['a', 'b', 'c'])
    })

    test('S9 rows are separate by user, page and room; those of guests by page and room', async () => {
      const { commit } = await openLog()
      const senders = [ann, guest, { ...ann, user: 'bob' }, { ...guest, cid: 'h'.repeat(22) }, { ...guest, user: '' }]
      for (const sender of senders)
        for (const room of ['general', 'other'])
          expect((await commit(room, sender, [item(1, room)]))?.entries).toHaveLength(1)
      for (const sender of senders) expect((await commit('general', sender, [item(1, 'general')]))?.entries).toEqual([])
    })

    test('SEC3 rows of users whose ids only look alike are separate', async () => {
      const { commit } = await openLog()
      const ids = [
        '__proto__',
        'constructor',
        'ann',
        'Ann',
        'ann ',
        'caf\u00e9',
        'cafe\u0301',
        'a\0b',
        'a\0c',
        'an\u200bn',
        "a'b",
        '%',
      ]
      for (const user of ids)
        expect((await commit('general', { ...ann, user }, [item(1, user)]))?.entries).toHaveLength(1)
      for (const user of ids) expect((await commit('general', { ...ann, user }, [item(1, user)]))?.entries).toEqual([])
    })

    test('S8 a row is kept for dedupMs after its last write, and never deleted before', async () => {
      const clock = stoppedClock()
      const { log, commit } = await openLog({ maxRows: 2 })
      expect(log.dedupMs).toBe(24 * HOUR_MS)
      await commit('general', ann, [item(1, 'a')])
      await commit('general', guest, [item(1, 'g')])
      clock.pass(23 * HOUR_MS)
      await commit('general', guest, [item(2, 'h')])
      const late = { user: 'late', cid: 'l'.repeat(22) }
      const refusal = expect.objectContaining({ code: 'LIMIT' })
      await expect((async () => await log.row('general', late))()).rejects.toEqual(refusal)
      await expect(commit('general', late, [item(1, 'l')])).rejects.toEqual(refusal)
      expect((await commit('general', ann, [item(1, 'a')]))?.results).toEqual([{ seq: 1, at: 7 }])
      expect(await log.page('general', all)).toMatchObject({ head: 3 })

      clock.pass(HOUR_MS + 1)
      expect((await commit('general', late, [item(1, 'l')]))?.results).toMatchObject([{ seq: 4 }])
      expect((await commit('general', guest, [item(2, 'h')]))?.results).toEqual([{ seq: 3, at: 7 }])
      await expect(commit('general', ann, [item(2, 'b')])).rejects.toEqual(refusal)
    })

    test('S4 S5 a batch of the server that comes again is stored once, also in another epoch', async () => {
      const { log, wordsOf } = await openLog()
      const batch = { sender: server, items: [item(1, 'a'), item(2, 'b')] }
      const first = await log.commit('general', batch)
      await log.newEpoch()
      expect(await log.commit('general', batch)).toMatchObject({ head: 2, results: first?.results, entries: [] })
      expect(await log.commit('general', { ...batch, items: [item(3, 'c')] })).toMatchObject({ results: [{ seq: 3 }] })
      expect(await wordsOf('general', all)).toEqual(['a', 'b', 'c'])
    })

    test('SEC19 rows of the server are never refused, and leave the bounds of all others as they are', async () => {
      const clock = stoppedClock()
      const { log, commit } = await openLog({ maxRows: 2 })
      const say = async (room: string) => await log.commit(room, { sender: server, items: [item(1, room)] })
      for (const room of ['a', 'b', 'c']) await say(room)
      await commit('general', guest, [item(1, 'g')])
      await commit('general', ann, [item(1, 'a')])
      await expect(commit('general', { ...ann, user: 'bob' }, [item(1, 'b')])).rejects.toMatchObject({ code: 'LIMIT' })
      await say('d')
      clock.pass(24 * HOUR_MS + 1)
      for (const room of ['e', 'f', 'g']) await say(room)
      await commit('general', { ...guest, cid: 'h'.repeat(22) }, [item(1, 'h')])
      await commit('general', { ...ann, user: 'bob' }, [item(1, 'b')])
      await expect(commit('general', { ...ann, user: 'cem' }, [item(1, 'c')])).rejects.toMatchObject({ code: 'LIMIT' })
    })

    test('S8 the bound of rows counts each user and each guest apart', async () => {
      const { commit } = await openLog({ maxRowsPerUser: 2 })
      const sender = (user: string | null, letter: string) => ({ user, cid: letter.repeat(22) })
      for (const letter of ['a', 'b']) await commit('general', sender('ann', letter), [item(1, letter)])
      await expect(commit('general', sender('ann', 'c'), [item(1, 'c')])).rejects.toMatchObject({ code: 'LIMIT' })
      expect((await commit('general', sender('ann', 'a'), [item(2, 'a')]))?.head).toBe(3)
      for (const letter of ['d', 'e', 'f']) await commit('general', sender(null, letter), [item(1, letter)])
      expect((await commit('general', sender('bob', 'a'), [item(1, 'a')]))?.head).toBe(7)
    })

    test('SEC19 a flood of senders from one address is refused there only; a page that has a row goes on', async () => {
      const clock = stoppedClock()
      const { log, commit } = await openLog({ maxRowsPerAddress: 3 })
      const at = (address: string | undefined, cid: string, user: string | null = null) => ({ user, cid, address })
      const [flood, other] = ['192.0.2.1', '2001:db8::/64']
      await commit('general', at(flood, 'a'), [item(1, 'a')])
      await commit(neighbor, at(flood, 'a'), [item(1, 'a')])
      await commit('general', at(flood, 'b', 'bob'), [item(1, 'b')])
      const refusal = expect.objectContaining({ code: 'LIMIT', message: expect.stringContaining('at your address') })
      await expect((async () => await log.row('general', at(flood, 'c')))()).rejects.toEqual(refusal)
      await expect(commit('general', at(flood, 'c', 'carol'), [item(1, 'c')])).rejects.toEqual(refusal)
      expect((await commit('general', at(other, 'c'), [item(1, 'c')]))?.entries).toHaveLength(1)
      expect((await commit('general', at(undefined, 'd'), [item(1, 'd')]))?.entries).toHaveLength(1)

      clock.pass(23 * HOUR_MS)
      // A page that moves to another network keeps its row, which stays charged to the first one.
      expect((await commit('general', at(other, 'a'), [item(1, 'a'), item(2, 'd')]))?.results).toMatchObject([
        { seq: 1 },
        { seq: 5 },
      ])
      await expect(commit('general', at(flood, 'h'), [item(1, 'h')])).rejects.toEqual(refusal)
      clock.pass(HOUR_MS + 1)
      await commit('general', at(flood, 'e'), [item(1, 'e')])
      await commit('general', at(flood, 'f'), [item(1, 'f')])
      await expect(commit('general', at(flood, 'g'), [item(1, 'g')])).rejects.toEqual(refusal)
    })

    test('SEC19 guests from any number of addresses get half of the rows, so that users can still write', async () => {
      const clock = stoppedClock()
      const { commit } = await openLog({ maxRows: 7 })
      const guestAt = (n: number) => ({ user: null, cid: `cid ${n}`, address: `192.0.2.${n}` })
      for (let n = 1; n <= 4; n += 1) await commit('general', guestAt(n), [item(1, `${n}`)])
      await expect(commit('general', guestAt(5), [item(1, '5')])).rejects.toMatchObject({ code: 'LIMIT' })
      for (const user of ['ann', 'bob', 'carol'])
        expect((await commit('general', { user, cid: 'c' }, [item(1, user)]))?.entries).toHaveLength(1)
      await expect(commit('general', { user: 'dave', cid: 'c' }, [item(1, 'd')])).rejects.toMatchObject({
        code: 'LIMIT',
      })
      clock.pass(24 * HOUR_MS + 1)
      for (let n = 5; n <= 8; n += 1) await commit('general', guestAt(n), [item(1, `${n}`)])
      await expect(commit('general', guestAt(9), [item(1, '9')])).rejects.toMatchObject({ code: 'LIMIT' })
    })

    test('S10 newEpoch changes the epoch of every room, and nothing else', async () => {
      const { log, add, commit } = await openLog()
      await add('general', 'a')
      await commit('general', ann, [item(1, 'b')])
      const before = { general: await log.page('general', all), empty: await log.page('empty', all) }
      await log.newEpoch()
      for (const [room, page] of Object.entries(before)) {
        const now = await log.page(room, all)
        const lineage = room === 'empty' ? expect.any(Array) : [{ epoch: page.epoch, head: 2 }]
        expect(now).toEqual({ ...page, epoch: expect.stringMatching(/^.{8,32}$/), lineage })
        expect(now.epoch).not.toBe(page.epoch)
        expect((await log.page(room, all)).epoch).toBe(now.epoch)
      }
      const stale = { epoch: before.general.epoch, sender: ann, items: [item(2, 'c')] }
      expect(await log.commit('general', stale)).toBeUndefined()
      expect(await commit('general', ann, [item(1, 'b')])).toMatchObject({
        head: 2,
        results: [{ seq: 2 }],
        entries: [],
      })
    })

    test('an entry counts where it is marked as unread; what is deleted still counts, and a copy does not count twice', async () => {
      const { log, commit } = await openLog({ retention: { maxEntries: 2 } })
      const marked = (text: string) => ({ ...entry(text), unread: true })
      const countsOf = async (room: string) => (await log.page(room, all)).entries.map(({ seq, count }) => [seq, count])
      const appended = await append(log, 'general', [
        marked('a'),
        entry('b'),
        { ...marked('c'), unread: false },
        marked('d'),
      ])
      expect(appended).toMatchObject({ head: 4, count: 2 })
      expect(appended.entries.map(({ count }) => count)).toEqual([1, 1, 1, 2])
      expect(Object.keys(appended.entries[0] ?? {})).not.toContain('unread')
      const items = [{ n: 1, hash: 'h', entry: marked('e') }, refused(2, 'SPAM'), item(3, 'f')]
      for (let time = 1; time <= 2; time += 1)
        expect(await commit('general', ann, items)).toMatchObject({ head: 6, count: 3 })
      expect(await countsOf('general')).toEqual([
        [5, 3],
        [6, 3],
      ])
      await log.newEpoch()
      expect(await append(log, 'general', [marked('g')])).toMatchObject({ head: 7, count: 4 })
      expect(await log.page('general', { ...all, limit: 0 })).toMatchObject({ head: 7, count: 4 })
    })

    test('heads gives the positions of many rooms, also of empty ones, in the order of their names', async () => {
      const { log, add } = await openLog()
      await add('a', 'one', 'two')
      await append(log, 'b', [{ ...entry('one'), unread: true }])
      const rooms = ['b', 'empty', 'a', 'b']
      const pages = await Promise.all(rooms.map(async (room) => await log.page(room, { ...all, limit: 0 })))
      const heads = await log.heads(rooms)
      expect(heads).toEqual(pages.map(({ epoch, head, count, lineage }) => ({ epoch, head, count, lineage })))
      expect(heads.map(({ head, count }) => [head, count])).toEqual([
        [1, 1],
        [0, 0],
        [2, 0],
        [1, 1],
      ])
      expect(await log.heads([])).toEqual([])
    })

    test('S10 the lineage has the last 8 earlier epochs, newest first, each with the head that it ended at', async () => {
      const { log, add } = await openLog()
      const unsubscribe = await log.subscribe('quiet', () => {})
      const [past, quiet]: EarlierEpoch[][] = [[], []]
      for (let n = 1; n <= 10; n += 1) {
        await add('general', ...Array.from({ length: n }, () => 'a'))
        for (const [room, epochs] of [
          ['general', past],
          ['quiet', quiet],
        ] as const) {
          const { epoch, head, lineage } = await log.page(room, { ...all, limit: 0 })
          expect(lineage).toEqual(epochs?.slice(0, 8))
          epochs?.unshift({ epoch, head })
        }
        await log.newEpoch()
      }
      const heads = await log.heads(['general', 'quiet'])
      expect(heads.map(({ lineage }) => lineage)).toEqual([past?.slice(0, 8), quiet?.slice(0, 8)])
      expect(past?.map(({ head }) => head)).toEqual([55, 45, 36, 28, 21, 15, 10, 6, 3, 1])
      expect(await add('quiet', 'first')).toMatchObject({ epoch: heads[1]?.epoch, head: 1 })
      expect((await log.page('quiet', all)).lineage).toEqual(quiet?.slice(0, 8))
      unsubscribe()
    })

    test('P7 keeps the newest maxEntries of a room, also given as a function, and `first` says so', async () => {
      const { log, add, commit } = await openLog({ retention: (room) => (room === 'short' ? { maxEntries: 3 } : {}) })
      for (let n = 1; n <= 20; n += 1) await add('short', String(n))
      await add('long', ...Array.from({ length: 20 }, (_, index) => String(index)))
      expect(await log.page('short', all)).toMatchObject({
        head: 20,
        first: 18,
        entries: [{ seq: 18 }, {}, { seq: 20 }],
      })
      expect(await log.page('long', all)).toMatchObject({ head: 20, first: 1 })
      await commit('short', ann, [item(1, 'a'), item(2, 'b'), item(3, 'c'), item(4, 'd')])
      expect(await log.page('short', all)).toMatchObject({ head: 24, first: 22 })
    })

    test('S10 entries are deleted when they are too old; an emptied room keeps its epoch and head', async () => {
      const clock = stoppedClock()
      const { log } = await openLog({ retention: { maxAgeMs: 1_000 } })
      const say = async (word: string) => await append(log, 'general', [{ ...entry(word), at: Date.now() }])
      const { epoch } = await say('a')
      clock.pass(600)
      await say('b')
      clock.pass(600)
      expect(await log.page('general', all)).toMatchObject({ epoch, head: 2, first: 2, entries: [{ seq: 2 }] })
      clock.pass(600)
      expect(await log.page('general', all)).toEqual({ epoch, head: 2, count: 0, lineage: [], first: 3, entries: [] })
      expect(await say('c')).toMatchObject({ epoch, head: 3, entries: [{ seq: 3 }] })
      expect(await log.page('general', all)).toMatchObject({ first: 3, entries: [{ seq: 3 }] })
    })

    test('P7 of a bound by age and one by count, the one that keeps less counts', async () => {
      const clock = stoppedClock()
      const start = Date.now()
      for (const maxEntries of [1, 7, 30, 1_000]) {
        const { log } = await openLog({ retention: { maxEntries, maxAgeMs: 40 } })
        vi.setSystemTime(start)
        for (let n = 1; n <= 40; n += 1) {
          await append(log, 'general', [{ ...entry(String(n)), at: Date.now() }])
          clock.pass(n % 3)
        }
        const ats = (await log.page('general', all)).entries.map(({ at }) => at)
        for (let passed = 0; passed <= 50; passed += 1) {
          const kept = ats.filter((at) => at >= Date.now() - 40).length
          const { first, entries: left } = await log.page('general', all)
          expect([first, left.length]).toEqual([41 - kept, kept])
          clock.pass(1)
        }
      }
    })

    test('an invalid retention is an error, and nothing is written', async () => {
      const { log, add } = await openLog({ retention: () => ({ maxEntries: -1 }) })
      await expect(add('general', 'a')).rejects.toThrow(/retention: maxEntries must be a whole number of at least 1/)
      expect(() => create({ retention: { maxAgeMs: 0 } })).toThrow(/retention: maxAgeMs must be a whole number/)
      await log.close?.()
    })

    test('rooms are separate, whatever their names', async () => {
      const { add, wordsOf } = await openLog()
      const rooms = ['__proto__', 'constructor', "a'b", 'a%', 'é', 'E\u0301', '😀', 'a\ud800', 'a\ud801']
      for (const [index, room] of rooms.entries()) await add(room, String(index))
      for (const [index, room] of rooms.entries()) expect(await wordsOf(room, all)).toEqual([String(index)])
    })

    test('a page with `after` goes forwards, one with `before` backwards, both oldest first', async () => {
      const { add, wordsOf } = await openLog()
      await add('general', 'a', 'b', 'c', 'd', 'e')
      const bytes = 1_000_000
      expect(await wordsOf('general', { after: 1, limit: 2, bytes })).toEqual(['b', 'c'])
      expect(await wordsOf('general', { after: 5, limit: 2, bytes })).toEqual([])
      expect(await wordsOf('general', { after: 99, limit: 2, bytes })).toEqual([])
      expect(await wordsOf('general', { before: 5, limit: 2, bytes })).toEqual(['c', 'd'])
      expect(await wordsOf('general', { before: 99, limit: 2, bytes })).toEqual(['d', 'e'])
      expect(await wordsOf('general', { before: 1, limit: 2, bytes })).toEqual([])
      expect(await wordsOf('general', { before: 0, limit: 2, bytes })).toEqual([])
      expect(await wordsOf('general', { after: 0, limit: 0, bytes })).toEqual([])
    })

    test('a page stays within its bytes, and has at least one entry', async () => {
      const { add, wordsOf } = await openLog()
      const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(1_000)) as [string, string, string]
      await add('general', a, b, c)
      expect(await wordsOf('general', { after: 0, limit: 9, bytes: 2_500 })).toEqual([a, b])
      expect(await wordsOf('general', { before: 4, limit: 9, bytes: 2_500 })).toEqual([b, c])
      expect(await wordsOf('general', { after: 1, limit: 9, bytes: 1 })).toEqual([b])
      expect(await wordsOf('general', { before: 3, limit: 9, bytes: 1 })).toEqual([b])
    })

    test('concurrent commits take effect in the order of the calls', async () => {
      const { add, wordsOf } = await openLog()
      const words = Array.from({ length: 50 }, (_, index) => String(index))
      const commits = await Promise.all(words.map((word) => add('general', word)))
      expect(commits.map((commit) => commit.entries[0]?.seq)).toEqual(words.map((_, index) => index + 1))
      expect(await wordsOf('general', all)).toEqual(words)
    })

    test('any JSON data comes back unchanged', async () => {
      const { log } = await openLog()
      let room = 0
      await fc.assert(
        fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), fc.string({ unit: 'binary' }), async (data, id) => {
          const name = `room ${++room}`
          const said = { event: 'message', data: JSON.parse(JSON.stringify(data)), id, from: { id }, at: 1 }
          const { entries: withSeq } = await append(log, name, [said])
          expect(withSeq).toEqual([{ ...said, seq: 1, count: 0 }])
          expect((await log.page(name, all)).entries).toEqual(withSeq)
        }),
        { numRuns: 50 },
      )
    })

    test('P1 P3 S4 S5 with random batches and repeats each item is in the log once, in order, with one answer', async () => {
      const frame = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 6 }), fc.boolean())
      const { log, commit } = await openLog()
      let room = 0
      await fc.assert(
        fc.asyncProperty(fc.array(frame, { maxLength: 30 }), async (frames) => {
          const name = `room ${++room}`
          const senders = ['x', 'y', 'z'].map((letter) => ({ user: null, cid: letter.repeat(22) }))
          const settled = [0, 0, 0]
          const answers = new Map<string, unknown>()
          for (const [who, size, isHeard] of frames) {
            // As a client sends it: from the first unsettled item; every third item is refused.
            const from = (settled[who] ?? 0) + 1
            const numbers = Array.from({ length: size }, (_, index) => from + index)
            const items = numbers.map((n) => (n % 3 === 0 ? refused(n, 'SPAM') : item(n, `${who} ${n}`)))
            const committed = await commit(name, senders[who] ?? guest, items)
            for (const [index, n] of numbers.entries()) {
              const key = `${who} ${n}`
              const answer = committed?.results[index]
              expect(answer).toEqual(answers.get(key) ?? answer)
              answers.set(key, answer)
            }
            if (isHeard) settled[who] = from + size - 1
          }
          const stored = (await log.page(name, all)).entries
          expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1))
          for (const { data, seq } of stored)
            expect(answers.get((data as { text: string }).text)).toMatchObject({ seq })
          const confirmed = [...answers.values()].filter((answer) => 'seq' in (answer as object))
          expect(confirmed).toHaveLength(stored.length)
        }),
        { numRuns: 100 },
      )
    })

    test('random pages are slices of the written entries', async () => {
      const request = fc.record({
        turn: fc.constantFrom('after', 'before'),
        seq: fc.nat(60),
        limit: fc.nat(30),
      })
      const { add, wordsOf } = await openLog()
      let room = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 12 }), fc.array(request), async (sizes, requests) => {
          const name = `room ${++room}`
          const written: string[] = []
          for (const size of sizes) {
            const words = Array.from({ length: size }, (_, index) => String(written.length + index + 1))
            await add(name, ...words)
            written.push(...words)
          }
          for (const { turn, seq, limit } of requests) {
            const want =
              turn === 'after' ? written.slice(seq, seq + limit) : lastOf(written.slice(0, Math.max(0, seq - 1)), limit)
            const got = turn === 'after' ? { after: seq } : { before: seq }
            expect(await wordsOf(name, { ...got, limit, bytes: 1_000_000 })).toEqual(want)
          }
        }),
        { numRuns: 50 },
      )
    })

    test('SEC15 a ban holds for its user in its room until its time is over, or until it is lifted', async () => {
      const clock = stoppedClock()
      const { log } = await openLog()
      const ban: Ban = { until: Date.now() + HOUR_MS, code: 'SPAM', message: 'no advertising' }
      await log.setBan('general', 'ann', ban)
      expect(await log.ban('general', 'ann')).toEqual(ban)
      expect([await log.ban('general', 'bob'), await log.ban('other', 'ann')]).toEqual([undefined, undefined])
      await log.newEpoch()
      clock.pass(HOUR_MS - 1)
      expect(await log.ban('general', 'ann')).toEqual(ban)
      clock.pass(1)
      expect(await log.ban('general', 'ann')).toBeUndefined()

      await log.setBan('general', 'ann', { until: Number.MAX_SAFE_INTEGER, code: 'BANNED' })
      clock.pass(HOUR_MS)
      expect(await log.ban('general', 'ann')).toMatchObject({ code: 'BANNED' })
      await log.setBan('general', 'ann', undefined)
      await log.setBan('general', 'bob', undefined)
      expect(await log.ban('general', 'ann')).toBeUndefined()
    })

    test('a ban replaces the one before it; beyond maxBans a new one is refused, and no ban ends early', async () => {
      const clock = stoppedClock()
      const { log } = await openLog({ maxBans: 2 })
      const ban = (ms: number, code = 'BANNED'): Ban => ({ until: Date.now() + ms, code })
      await log.setBan('general', 'ann', ban(HOUR_MS))
      await log.setBan('general', 'bob', ban(2 * HOUR_MS))
      await log.setBan('general', 'ann', ban(HOUR_MS, 'SPAM'))
      await expect((async () => await log.setBan('general', 'cem', ban(HOUR_MS)))()).rejects.toMatchObject({
        code: 'LIMIT',
      })
      expect(await log.ban('general', 'ann')).toMatchObject({ code: 'SPAM' })
      clock.pass(HOUR_MS)
      await log.setBan('general', 'cem', ban(HOUR_MS))
      expect([await log.ban('general', 'bob'), await log.ban('general', 'cem')]).toMatchObject([{}, {}])
    })

    test('names of rooms and users are compared exactly', async () => {
      const { log } = await openLog()
      const ban = { until: Number.MAX_SAFE_INTEGER, code: 'BANNED' }
      await log.setBan('general', 'a\0nn', ban)
      expect(await log.ban('general', 'a')).toBeUndefined()
      expect(await log.ban('general', 'A\0nn')).toBeUndefined()
      expect(await log.ban('general', 'a\0nn')).toEqual(ban)
    })
  })
}

function lastOf(words: readonly string[], count: number): readonly string[] {
  return count === 0 ? [] : words.slice(-count)
}

function item(n: number, text: string): DecidedItem {
  return { n, hash: `hash of ${text}`, entry: entry(text) }
}

function refused(n: number, code: string): DecidedItem {
  return { n, hash: `hash of ${n}`, refusal: { code } }
}

/** Fakes only the clock that the log reads, no timers. */
function stoppedClock(): { pass(ms: number): void } {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
  onTestFinished(() => void vi.useRealTimers())
  return { pass: (ms) => vi.setSystemTime(Date.now() + ms) }
}
