import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NewEntry, RoomLog } from '../src/index.ts'

const entry = (text: string): NewEntry => ({
  event: 'message',
  data: { text },
  id: `id-${text.slice(0, 9)}`,
  from: { id: 'ann' },
  at: 7,
})
const entries = (...words: string[]): NewEntry[] => words.map(entry)
const all = { after: 0, limit: 1_000, bytes: 1_000_000 }

/** What every log of rooms does; `create` makes an empty one that keeps at least 1,000 entries a room. */
export function describeLog(name: string, create: () => RoomLog | Promise<RoomLog>): void {
  const openLog = async () => {
    const log = await create()
    const add = async (room: string, ...words: string[]) =>
      await log.commit(room, { epoch: undefined, entries: entries(...words) })
    const wordsOf = async (room: string, request: Parameters<RoomLog['page']>[1]) =>
      (await log.page(room, request)).entries.map(({ data }) => (data as { text: string }).text)
    return { log, add, wordsOf }
  }

  describe(`${name}: what every log does`, () => {
    test('S10 an empty room has an epoch of 8 to 32 characters, and keeps it', async () => {
      const { log } = await openLog()
      const page = await log.page('general', all)
      expect(page).toEqual({ epoch: expect.stringMatching(/^.{8,32}$/), head: 0, first: 1, entries: [] })
      expect((await log.page('general', all)).epoch).toBe(page.epoch)
      expect((await log.page('other', all)).epoch).not.toBe(page.epoch)
    })

    test('S4 a commit numbers its entries from the head on, and gives them back as pages have them', async () => {
      const { log, add } = await openLog()
      await add('general', 'a')
      const committed = await add('general', 'b', 'c')
      expect(committed?.entries).toEqual([
        { ...entry('b'), seq: 2 },
        { ...entry('c'), seq: 3 },
      ])
      const page = await log.page('general', all)
      expect(page).toEqual({
        epoch: committed?.epoch,
        head: 3,
        first: 1,
        entries: [{ ...entry('a'), seq: 1 }, ...(committed?.entries ?? [])],
      })
    })

    test('S4 a commit of another epoch writes nothing', async () => {
      const { log, add } = await openLog()
      const { epoch } = await log.page('general', all)
      expect(await log.commit('general', { epoch: 'yesterday', entries: entries('a') })).toBeUndefined()
      expect(await log.page('general', all)).toMatchObject({ head: 0, entries: [] })
      expect(await log.commit('general', { epoch, entries: entries('b') })).toMatchObject({
        epoch,
        entries: [{ seq: 1 }],
      })
      expect((await add('general', 'c'))?.epoch).toBe(epoch)
    })

    test('S4 a commit of nothing still checks the epoch', async () => {
      const { log } = await openLog()
      const { epoch } = await log.page('general', all)
      expect(await log.commit('general', { epoch, entries: [] })).toEqual({ epoch, entries: [] })
      expect(await log.commit('general', { epoch: 'yesterday', entries: [] })).toBeUndefined()
      expect((await log.page('general', all)).head).toBe(0)
    })

    test('rooms are apart, whatever their names', async () => {
      const { add, wordsOf } = await openLog()
      for (const room of ['__proto__', 'constructor', "a'b", 'a%', 'é']) await add(room, room)
      for (const room of ['__proto__', 'constructor', "a'b", 'a%', 'é'])
        expect(await wordsOf(room, all)).toEqual([room])
    })

    test('a page after goes forwards from there, a page before backwards, oldest first', async () => {
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

    test('a page ends before its bytes do, and holds one entry at least', async () => {
      const { add, wordsOf } = await openLog()
      const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(1_000)) as [string, string, string]
      await add('general', a, b, c)
      expect(await wordsOf('general', { after: 0, limit: 9, bytes: 2_500 })).toEqual([a, b])
      expect(await wordsOf('general', { before: 4, limit: 9, bytes: 2_500 })).toEqual([b, c])
      expect(await wordsOf('general', { after: 1, limit: 9, bytes: 1 })).toEqual([b])
      expect(await wordsOf('general', { before: 3, limit: 9, bytes: 1 })).toEqual([b])
    })

    test('commits that do not wait for each other take effect in the order of the calls', async () => {
      const { add, wordsOf } = await openLog()
      const words = Array.from({ length: 50 }, (_, index) => String(index))
      const commits = await Promise.all(words.map((word) => add('general', word)))
      expect(commits.map((commit) => commit?.entries[0]?.seq)).toEqual(words.map((_, index) => index + 1))
      expect(await wordsOf('general', all)).toEqual(words)
    })

    test('any pages of any log are a slice of what was written', async () => {
      const request = fc.record({
        turn: fc.constantFrom('after', 'before'),
        seq: fc.nat(60),
        limit: fc.nat(30),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 12 }), fc.array(request), async (sizes, requests) => {
          const { add, wordsOf } = await openLog()
          const written: string[] = []
          for (const size of sizes) {
            const words = Array.from({ length: size }, (_, index) => String(written.length + index + 1))
            await add('general', ...words)
            written.push(...words)
          }
          for (const { turn, seq, limit } of requests) {
            const want =
              turn === 'after' ? written.slice(seq, seq + limit) : lastOf(written.slice(0, Math.max(0, seq - 1)), limit)
            const got = turn === 'after' ? { after: seq } : { before: seq }
            expect(await wordsOf('general', { ...got, limit, bytes: 1_000_000 })).toEqual(want)
          }
        }),
        { numRuns: 50 },
      )
    })
  })
}

function lastOf(words: readonly string[], count: number): readonly string[] {
  return count === 0 ? [] : words.slice(-count)
}
