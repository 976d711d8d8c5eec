import { expect, test } from 'vitest'
import { answerFrom, type DecidedItem, type SenderRow, settle } from '../src/log/sender-row.ts'

const place = { head: 9, count: 4 }
const entry = (n: number) => ({ event: 'message', data: n, id: `id:${n}`, from: null, at: n * 10 })
const accepted = (n: number, hash = `h${n}`): DecidedItem => ({ n, hash, entry: entry(n) })
const refused = (n: number): DecidedItem => ({ n, hash: `h${n}`, refusal: { code: 'SPAM', message: 'no' } })

const row: SenderRow = {
  last: 5,
  results: [
    { n: 4, hash: 'h4', answer: { code: 'SPAM' } },
    { n: 5, hash: 'h5', answer: { seq: 9, at: 1 } },
  ],
  usedAt: 1,
}

test.each([
  ['S3 no row: new', undefined, 1, 'h1', undefined],
  ['S3 behind the last: new', row, 6, 'h6', undefined],
  ['S5 known, same body: the same answer', row, 5, 'h5', { seq: 9, at: 1 }],
  ['S5 known to be refused: refused the same', row, 4, 'h4', { code: 'SPAM' }],
  ['S5 known, another body: CONFLICT', row, 5, 'other', { code: 'CONFLICT', message: expect.any(String) }],
  ['S5 no longer known: STALE', row, 3, 'h3', { code: 'STALE', message: expect.any(String) }],
])('%s', (_name, known, n, hash, answer) => {
  expect(answerFrom(known, n, hash)).toEqual(answer)
})

test('S4 the first batch gets places after the head, and a row with all its answers, also the refused ones', () => {
  const step = settle(undefined, [accepted(1), refused(2), accepted(7)], { head: 3, count: 2 }, 99)
  const results = [
    { seq: 4, at: 10 },
    { code: 'SPAM', message: 'no' },
    { seq: 5, at: 70 },
  ]
  expect(step).toEqual({
    results,
    entries: [
      { ...entry(1), seq: 4, count: 2 },
      { ...entry(7), seq: 5, count: 2 },
    ],
    row: { last: 7, results: [1, 2, 7].map((n, index) => ({ n, hash: `h${n}`, answer: results[index] })), usedAt: 99 },
  })
})

test('S4 a batch with refused items only appends nothing, and writes the row', () => {
  expect(settle(row, [refused(6)], place, 99)).toMatchObject({ entries: [], row: { last: 6, usedAt: 99 } })
})

test('S4 a batch without new items writes nothing', () => {
  expect(settle(row, [refused(5)], place, 99)).toEqual({ results: [{ seq: 9, at: 1 }], entries: [], row: undefined })
  expect(settle(row, [], place, 99)).toEqual({ results: [], entries: [], row: undefined })
})

test('S4 the row keeps only the answers of this batch, and never replaces one by CONFLICT or STALE', () => {
  const step = settle(row, [accepted(3), accepted(5, 'other'), accepted(6)], place, 99)
  expect(step.results).toMatchObject([{ code: 'STALE' }, { code: 'CONFLICT' }, { seq: 10 }])
  expect(step.row?.results).toEqual([row.results[1], { n: 6, hash: 'h6', answer: { seq: 10, at: 60 } }])
})
