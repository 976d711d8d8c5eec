import { expect, test } from 'vitest'
import type { Appended, EarlierEpoch, LogEntry, Page } from '../src/index.ts'
import { Broadcast } from '../src/rooms/delivery/broadcast.ts'

const entry = (seq: number): LogEntry => ({
  event: 'message',
  data: seq,
  id: `id ${seq}`,
  from: null,
  seq,
  at: seq,
  count: seq,
})
const at = (epoch: string, head: number) => ({ epoch, head, count: head })
const range = (from: number, to: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))
const batch = (from: number, to: number, epoch = 'first'): Appended => ({ ...at(epoch, to), entries: range(from, to) })

/** A broadcast over a log with entries 1 to `head`; `sent` are the numbers that members got, and `$head`s. */
function setUp(options: { head: number; epoch?: string }) {
  const log = { epoch: 'first', lineage: [] as EarlierEpoch[], ...options }
  const sent: (number | string)[] = []
  const errors: unknown[] = []
  let fails = false
  const reads: number[] = []
  const broadcast = new Broadcast({
    page: async (request) => {
      const { after } = request as { after: number }
      const { epoch, head } = log
      reads.push(after)
      await Promise.resolve()
      if (fails) throw new Error('the log is away')
      return {
        ...at(epoch, head),
        lineage: log.lineage,
        first: 1,
        entries: range(after + 1, head).slice(0, request.limit),
      } satisfies Page
    },
    send: (_epoch, entries) => void sent.push(...entries.map(({ seq }) => seq)),
    sendHead: ({ epoch, head }, previous) =>
      void sent.push(`${epoch} ${head}${previous === undefined ? '' : ` after ${previous.epoch} ${previous.head}`}`),
    onError: (error) => errors.push(error),
  })
  return { broadcast, log, sent, errors, reads, fail: () => (fails = true) }
}

test('S6 entries that follow are sent at once, each of them once', () => {
  const { broadcast, sent, reads } = setUp({ head: 9 })
  broadcast.receive(batch(4, 5))
  broadcast.receive(batch(6, 6))
  broadcast.receive(batch(5, 6))
  broadcast.receive(batch(6, 8))
  expect(sent).toEqual([4, 5, 6, 7, 8])
  expect(reads).toEqual([])
})

test('S12 missing entries are read once, and entries that come meanwhile are sent after them', async () => {
  const { broadcast, sent, reads } = setUp({ head: 8 })
  broadcast.notice(at('first', 3))
  broadcast.receive(batch(6, 6))
  broadcast.receive(batch(7, 7))
  expect(sent).toEqual([])
  await expect.poll(() => sent).toEqual([4, 5, 6, 7, 8])
  broadcast.receive(batch(8, 8))
  broadcast.receive(batch(9, 9))
  expect(sent).toEqual([4, 5, 6, 7, 8, 9])
  expect(reads).toEqual([3])
})

test('S7 a head beyond the last sent entry is noticed without a message', async () => {
  const { broadcast, sent } = setUp({ head: 6 })
  broadcast.notice(at('first', 4))
  broadcast.notice(at('first', 4))
  broadcast.notice(at('first', 6))
  await expect.poll(() => sent).toEqual([5, 6])
})

test('S12 members get $head where more is missing than one read gives, and fetch the rest', async () => {
  const { broadcast, sent } = setUp({ head: 900 })
  broadcast.notice(at('first', 0))
  broadcast.receive(batch(900, 900))
  await expect.poll(() => sent.at(-1)).toBe('first 900')
  expect(sent.slice(0, -1)).toEqual(range(1, 200).map(({ seq }) => seq))
  broadcast.receive(batch(901, 901))
  expect(sent.at(-1)).toBe(901)
})

test('P7 while the log is read, a bounded number of entries is held, and the head of the rest is kept', async () => {
  const { broadcast, sent } = setUp({ head: 3 })
  broadcast.notice(at('first', 1))
  broadcast.receive(batch(3, 3))
  for (let seq = 4; seq <= 5_000; seq += 1) broadcast.receive(batch(seq, seq))
  await expect.poll(() => sent.at(-1)).toBe('first 5000')
  expect(sent.slice(0, -1)).toEqual(range(2, 1_002).map(({ seq }) => seq))
})

test('a log that cannot be read is reported, and members get $head', async () => {
  const { broadcast, sent, errors, fail } = setUp({ head: 6 })
  broadcast.notice(at('first', 4))
  fail()
  broadcast.receive(batch(6, 6))
  await expect.poll(() => sent).toEqual(['first 6'])
  expect(errors).toEqual([new Error('the log is away')])
})

test('S10 after a change of the epoch members get $head, and then the entries that are committed', async () => {
  const { broadcast, log, sent } = setUp({ head: 4 })
  broadcast.notice(at('first', 4))
  Object.assign(log, { epoch: 'second', head: 5 })
  broadcast.receive(batch(5, 5, 'second'))
  broadcast.receive(batch(6, 6, 'second'))
  await expect.poll(() => sent).toEqual(['second 5', 6])
  broadcast.receive(batch(7, 7, 'second'))
  expect(sent.at(-1)).toBe(7)
})

test('a page that a member reads is ahead of entries on their way, which are not read again', async () => {
  const { broadcast, log, sent, reads } = setUp({ head: 6 })
  broadcast.noticePage(at('first', 4))
  broadcast.noticePage(at('first', 6))
  broadcast.receive(batch(5, 6))
  expect([sent, reads]).toEqual([[5, 6], []])
  Object.assign(log, { epoch: 'second' })
  broadcast.noticePage(at('second', 6))
  await expect.poll(() => sent).toEqual([5, 6, 'second 6'])
})

test('S10 members go on in a new epoch that lost no entry of theirs, and get the entries that they miss', async () => {
  const { broadcast, log, sent } = setUp({ head: 4 })
  broadcast.notice(at('first', 4))
  Object.assign(log, { epoch: 'second', head: 6, lineage: [{ epoch: 'first', head: 5 }] })
  broadcast.receive(batch(6, 6, 'second'))
  await expect.poll(() => sent).toEqual(['second 6 after first 5', 5, 6])
})

test('S10 members get $head of a new epoch that lost entries of theirs, with the head of the epoch before', async () => {
  const { broadcast, log, sent } = setUp({ head: 4 })
  broadcast.notice(at('first', 4))
  Object.assign(log, { epoch: 'second', head: 5, lineage: [{ epoch: 'first', head: 3 }] })
  broadcast.receive(batch(4, 5, 'second'))
  await expect.poll(() => sent).toEqual(['second 5 after first 3'])
})

test('S10 entries of an epoch that is over when the log is read are no news of that epoch', async () => {
  const { broadcast, log, sent } = setUp({ head: 4 })
  broadcast.notice(at('first', 4))
  Object.assign(log, { epoch: 'second', head: 6, lineage: [{ epoch: 'first', head: 6 }] })
  broadcast.receive(batch(6, 6))
  await expect.poll(() => sent).toEqual(['second 6 after first 6', 5, 6])
  broadcast.receive(batch(7, 7, 'second'))
  expect(sent.slice(1)).toEqual([5, 6, 7])
})

test('S10 a member whose page is of an epoch that is over gets $head of the next one, which others have got before', async () => {
  const { broadcast, log, sent } = setUp({ head: 4 })
  broadcast.notice(at('first', 4))
  Object.assign(log, { epoch: 'second', lineage: [{ epoch: 'first', head: 4 }] })
  broadcast.notice(at('second', 4))
  await expect.poll(() => sent).toEqual(['second 4 after first 4'])
  broadcast.noticePage(at('first', 4))
  await expect.poll(() => sent.slice(1)).toEqual(['second 4 after first 4'])
  broadcast.receive(batch(5, 5, 'second'))
  expect(sent.slice(2)).toEqual([5])
})
