import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Appended, LogEntry, NewEntry, Page, RetentionOption, RoomLog } from '../src/index.ts'
import { append } from './support/append.ts'

const message = (text: string): NewEntry => ({
  event: 'message',
  data: { text },
  id: `id of ${text.slice(0, 9)}`,
  from: { id: 'ann' },
  at: 7,
})
const amendment = (seq: number, slot: string, text: string): NewEntry => ({
  ...message(text),
  event: 'edit',
  data: { target: { epoch: 'any', seq }, text },
  amends: { seq, slot },
})
const redact = (seq: number): NewEntry => ({ event: '$redact', data: { seq }, id: 'r', from: null, at: 7 })

const all = { after: 0, limit: 1_000, bytes: 1_000_000 }
const textOf = ({ data }: LogEntry) => (data as { text?: string } | null)?.text ?? null
const amendmentsIn = ({ amendments = [] }: Page) => amendments.map(textOf)

/** Amendments and redaction, in every log. */
export function describeAmendments(
  name: string,
  create: (options: { readonly retention?: RetentionOption }) => RoomLog | Promise<RoomLog>,
): void {
  describe(`${name}: amendments and redaction`, () => {
    test('S29 a page has the newest amendment of each slot of its entries, in the order of the log', async () => {
      const log = await create({})
      await append(log, 'general', [message('a'), message('b')])
      await append(log, 'general', [
        amendment(1, 'edit of ann', 'a1'),
        amendment(2, 'edit of ann', 'b1'),
        amendment(1, 'edit of bob', 'a2'),
        amendment(1, 'edit of ann', 'a3'),
      ])
      await append(log, 'other', [message('c'), amendment(1, 'edit of ann', 'c1')])
      const page = async (from: { after: number } | { before: number }, limit: number) =>
        await log.page('general', { ...from, limit, bytes: all.bytes })
      expect(amendmentsIn(await page({ after: 0 }, 1))).toEqual(['a2', 'a3'])
      expect(amendmentsIn(await page({ before: 2 }, 9))).toEqual(['a2', 'a3'])
      expect(amendmentsIn(await page({ after: 0 }, 2))).toEqual(['b1', 'a2', 'a3'])
      expect(amendmentsIn(await page({ after: 1 }, 1))).toEqual(['b1'])
      const [edit] = (await page({ after: 1 }, 1)).amendments ?? []
      expect(edit).toEqual({ ...amendment(2, 'edit of ann', 'b1'), seq: 4, count: 0 })
    })

    test('S29 amendments that are entries of the page are not given twice, and none are given for other entries', async () => {
      const log = await create({})
      await append(log, 'general', [message('a'), amendment(1, 'x', 'a1'), message('b'), amendment(1, 'y', 'a2')])
      expect(await log.page('general', all)).not.toHaveProperty('amendments')
      expect(amendmentsIn(await log.page('general', { ...all, limit: 3 }))).toEqual(['a2'])
      expect(await log.page('general', { ...all, after: 1 })).not.toHaveProperty('amendments')
      expect(await log.page('general', { ...all, limit: 0 })).toMatchObject({ head: 4, entries: [] })
    })

    test('S29 a page has fewer entries if they do not fit with their amendments; of one entry the newest that fit', async () => {
      const log = await create({})
      await append(log, 'general', [message('a'), message('b'), message('c')])
      const long = 'x'.repeat(1_000)
      await append(
        log,
        'general',
        [1, 2, 3].flatMap((seq) => [0, 1].map((n) => amendment(seq, `${n}`, `${seq}${n}${long}`))),
      )
      const sizeOf = async (request: Parameters<RoomLog['page']>[1]) => {
        const { entries, amendments = [] } = await log.page('general', request)
        return [entries.map(textOf), amendments.map((one) => textOf(one)?.slice(0, 2))]
      }
      const bytes = 6_500
      expect(await sizeOf({ after: 0, limit: 3, bytes: 4_500 })).toEqual([['a'], ['10', '11']])
      expect(await sizeOf({ after: 0, limit: 3, bytes })).toEqual([
        ['a', 'b'],
        ['10', '11', '20', '21'],
      ])
      expect(await sizeOf({ before: 4, limit: 3, bytes })).toEqual([
        ['b', 'c'],
        ['20', '21', '30', '31'],
      ])
      expect(await sizeOf({ before: 4, limit: 3, bytes: 2_000 })).toEqual([['c'], ['31']])
      expect(await sizeOf({ after: 0, limit: 3, bytes: 10 })).toEqual([['a'], []])
    })

    test('S30 a redaction deletes the data of an entry and of all its amendments, and is an entry itself', async () => {
      const log = await create({})
      await append(log, 'general', [message('a'), message('b'), amendment(1, 'x', 'a1'), amendment(1, 'x', 'a2')])
      await append(log, 'general', [amendment(2, 'x', 'b1')])
      const received: Appended[] = []
      await log.subscribe('general', (appended) => received.push(appended))
      const appended = await log.redact('general', 1, redact(1))
      expect(appended).toMatchObject({ head: 6, entries: [{ ...redact(1), seq: 6 }] })
      await expect.poll(() => received).toEqual([appended])
      const { entries } = await log.page('general', all)
      expect(entries.map(({ data, redacted }) => redacted ?? data)).toEqual([
        true,
        { text: 'b' },
        true,
        true,
        { target: { epoch: 'any', seq: 2 }, text: 'b1' },
        { seq: 1 },
      ])
      expect(entries[0]).toEqual({ ...message('a'), seq: 1, count: 0, data: null, redacted: true })
      const alone = await log.page('general', { ...all, limit: 1 })
      expect(alone).not.toHaveProperty('amendments')
      expect(await log.redact('general', 1, redact(1))).toEqual({ ...appended, entries: [] })
      expect(await log.redact('general', 7, redact(7))).toBeUndefined()
      expect(await log.redact('elsewhere', 1, redact(1))).toBeUndefined()
      expect(await log.page('general', all)).toMatchObject({ head: 6, count: 0 })
    })

    test('S30 an amendment of an entry that is redacted meanwhile is stored without its data', async () => {
      const log = await create({})
      await append(log, 'general', [message('a')])
      await log.redact('general', 1, redact(1))
      const received: LogEntry[] = []
      await log.subscribe('general', ({ entries }) => received.push(...entries))
      const late = { ...amendment(1, 'x', 'a1'), seq: 3, count: 0, data: null, redacted: true }
      expect((await append(log, 'general', [amendment(1, 'x', 'a1')])).entries).toEqual([late])
      expect((await log.page('general', all)).entries.at(-1)).toEqual(late)
      await expect.poll(() => received).toEqual([late])
      expect(await log.page('general', { ...all, limit: 1 })).not.toHaveProperty('amendments')
    })

    test('S30 a redacted amendment does not count, nor do those that it has replaced; a newer one does', async () => {
      const log = await create({})
      await append(log, 'general', [message('a'), amendment(1, 'x', 'a1'), amendment(1, 'x', 'a2')])
      await append(log, 'general', [amendment(1, 'y', 'a3')])
      await log.redact('general', 3, redact(3))
      const alone = { ...all, limit: 1 }
      expect(amendmentsIn(await log.page('general', alone))).toEqual(['a3'])
      await append(log, 'general', [amendment(1, 'x', 'a4')])
      expect(amendmentsIn(await log.page('general', alone))).toEqual(['a3', 'a4'])
    })

    test('amendments of deleted entries are forgotten; others stay, in a new epoch too', async () => {
      const log = await create({ retention: { maxEntries: 4 } })
      await append(log, 'general', [message('a'), message('b'), amendment(1, 'x', 'a1'), amendment(2, 'x', 'b1')])
      await append(log, 'general', [message('c')])
      await log.newEpoch()
      await append(log, 'general', [amendment(1, 'x', 'a2')])
      expect(await log.redact('general', 1, redact(1))).toBeUndefined()
      const page = await log.page('general', { ...all, limit: 2 })
      expect(page).toMatchObject({ first: 3, head: 6 })
      expect(page).not.toHaveProperty('amendments')
    })

    test('S29 S30 every page says the same of its entries as the whole log', async () => {
      const log = await create({ retention: { maxEntries: 10 } })
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.constant('message' as const) },
        { weight: 6, arbitrary: fc.record({ back: fc.integer({ min: 1, max: 12 }), slot: fc.constantFrom('x', 'y') }) },
        { weight: 1, arbitrary: fc.record({ redactBack: fc.integer({ min: 1, max: 10 }) }) },
      )
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 20 }),
          fc.nat(12),
          fc.integer({ min: 1, max: 10 }),
          async (steps, after, limit) => {
            const room = `room ${(run += 1)}`
            let head = 0
            for (const one of steps) {
              if (one === 'message') head = (await append(log, room, [message(`${head}`)])).head
              else if ('slot' in one) {
                if (one.back <= head)
                  head = (await append(log, room, [amendment(head - one.back + 1, one.slot, `${head}`)])).head
              } else {
                const appended = await log.redact(room, head - one.redactBack + 1, redact(head - one.redactBack + 1))
                head = appended?.head ?? head
              }
            }
            const whole = await log.page(room, all)
            const page = await log.page(room, { ...all, after, limit })
            const places = page.entries.map(({ seq }) => seq)
            const newest = new Map<string, LogEntry>()
            for (const entry of whole.entries)
              if (entry.amends && places.includes(entry.amends.seq)) newest.set(JSON.stringify(entry.amends), entry)
            const expected = [...newest.values()]
              .filter((entry) => !entry.redacted && !places.includes(entry.seq))
              .sort((a, b) => a.seq - b.seq)
            expect(page.amendments ?? []).toEqual(expected)
            expect(page.entries).toEqual(whole.entries.filter(({ seq }) => places.includes(seq)))
            const redacted = new Set(whole.entries.filter((entry) => entry.redacted).map(({ seq }) => seq))
            for (const { amends, redacted: isRedacted } of whole.entries)
              if (amends && redacted.has(amends.seq)) expect(isRedacted).toBe(true)
          },
        ),
        { numRuns: 60 },
      )
    })
  })
}
