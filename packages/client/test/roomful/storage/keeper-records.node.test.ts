import { describe, expect, test } from 'vitest'
import { byKey, changed, entryOf, recordsIn, type StoredRecord } from '../../../src/roomful/storage/keeper-records.ts'

const cid = (letter: string): string => letter.repeat(22)

const record = (letter: string, n: number, more: Partial<StoredRecord> = {}): StoredRecord => ({
  cid: cid(letter),
  n,
  user: 'ann',
  room: 'general',
  event: 'message',
  data: { text: 'hello' },
  began: 1,
  ...more,
})

describe('C11 what is read', () => {
  test('is in order: the oldest page first, each page by number', () => {
    const old = [record('z', 2, { began: 1 }), record('z', 10, { began: 1 })]
    const young = [record('a', 1, { began: 2 }), record('b', 1, { began: 2 })]
    expect(recordsIn([young[1], old[1], young[0], old[0]])).toEqual([...old, ...young])
  })

  test('has each key once', () => {
    expect(recordsIn([record('a', 1), record('a', 1, { data: 2 })])).toEqual([record('a', 1, { data: 2 })])
  })

  test('keeps what the shape allows', () => {
    const fine = [record('a', 1, { user: null, data: null, sentAt: 5 }), record('a', 2, { data: undefined })]
    expect(recordsIn(fine)).toEqual(fine)
  })

  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const good = record('a', 1)
  test.each([
    undefined,
    null,
    5,
    'text',
    [],
    {},
    { ...good, cid: 'short' },
    { ...good, cid: 5 },
    { ...good, cid: `${cid('a')}:` },
    { ...good, n: 0 },
    { ...good, n: 1.5 },
    { ...good, n: '1' },
    { ...good, n: 2 ** 53 },
    { ...good, n: NaN },
    { ...good, user: 5 },
    { ...good, user: undefined },
    { ...good, room: 5 },
    { ...good, event: null },
    { ...good, began: '1' },
    { ...good, began: undefined },
    { ...good, sentAt: 'now' },
    { ...good, sentAt: null },
    { ...good, data: cyclic },
    { ...good, data: 10n },
  ])('leaves out what is none of ours: %o', (value) => {
    expect(recordsIn([value, record('b', 1)])).toEqual([record('b', 1)])
  })

  test('carries nothing that no entry has', () => {
    expect(recordsIn([{ ...good, url: 'https://example.test', more: true }])).toEqual([good])
    expect(Object.keys(entryOf(good))).toEqual(['cid', 'n', 'user', 'room', 'event', 'data'])
  })
})

test('C3 a change takes away first, then adds; what was before stays as it is', () => {
  const before = byKey([record('a', 1), record('a', 2)])
  const after = changed(before, { put: [record('a', 2, { sentAt: 3 }), record('b', 1)], remove: [record('a', 1)] })
  expect([...after.values()]).toEqual([record('a', 2, { sentAt: 3 }), record('b', 1)])
  expect([...before.values()]).toEqual([record('a', 1), record('a', 2)])
})
