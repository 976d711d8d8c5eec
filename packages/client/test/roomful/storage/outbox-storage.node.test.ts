import { describe, expect, test } from 'vitest'
import {
  convertFirstEdition,
  entryOf,
  keyOf,
  recordsIn,
  type StoredRecord,
  textOf,
} from '../../../src/roomful/storage/outbox-storage.ts'
import { cid, entry } from './support/memory-storage.ts'

const record = (letter: string, n: number, more: Partial<StoredRecord> = {}): StoredRecord => ({
  ...entry(letter, n),
  began: 1,
  ...more,
})

const pair = (stored: StoredRecord) => [keyOf(stored), textOf(stored)] as const

describe('C11 the records that are read', () => {
  test('are in order: the oldest page first, each page by number', () => {
    const old = [record('z', 2), record('z', 10)]
    const young = [record('a', 1, { began: 2 }), record('b', 1, { began: 2 })]
    expect(recordsIn([young[1]!, old[1]!, young[0]!, old[0]!].map(pair))).toEqual([...old, ...young])
  })

  test('are as they were stored', () => {
    const fine = [record('a', 1, { user: null, data: null, sentAt: 5 }), record('a', 2, { data: undefined })]
    expect(recordsIn(fine.map(pair))).toEqual(fine)
  })

  test('have the fields of an entry, and no others', () => {
    const text = JSON.stringify({ ...record('a', 1), url: 'https://example.test', n: 7, more: true })
    const [read] = recordsIn([[keyOf(record('a', 1)), text]])
    expect(read).toEqual(record('a', 1))
    expect(Object.keys(entryOf(read!))).toEqual(['cid', 'n', 'user', 'room', 'event', 'data', 'id'])
  })

  const key = keyOf(record('a', 1))
  const good = record('a', 1)
  test.each<[string, unknown]>([
    ['short.1', textOf(good)],
    [`${cid('a')}:1`, textOf(good)],
    [`${cid('a')}..1`, textOf(good)],
    [`${cid('a')}.0`, textOf(good)],
    [`${cid('a')}.01`, textOf(good)],
    [`${cid('a')}.1.5`, textOf(good)],
    [`${cid('a')}.1e3`, textOf(good)],
    [`${cid('a')}.${2 ** 53}`, textOf(good)],
    [`${cid('a')}.`, textOf(good)],
    [cid('a'), textOf(good)],
    [key, ''],
    [key, '{'],
    [key, 'null'],
    [key, '5'],
    [key, '[]'],
    [key, undefined],
    [key, 10n],
    ...[
      { user: 5 },
      { user: undefined },
      { room: 5 },
      { event: null },
      { began: '1' },
      { began: undefined },
      { sentAt: 'now' },
      { sentAt: null },
    ].map((wrong): [string, string] => [key, JSON.stringify({ ...good, ...wrong })]),
  ])('leave out what cannot be an entry: %s %s', (wrongKey, text) => {
    expect(recordsIn([[wrongKey, text as string], pair(record('b', 1))])).toEqual([record('b', 1)])
  })
})

test('the keys of a page stay within the alphabet that storages know', () => {
  const longest = { cid: cid('-'), n: Number.MAX_SAFE_INTEGER }
  expect(keyOf(longest)).toMatch(/^[\w.-]{1,64}$/)
})

test('P6 a record of the first edition is converted; other values are not', () => {
  const old = record('a', 3, { sentAt: 9 })
  expect(recordsIn([convertFirstEdition(old)!])).toEqual([old])
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  for (const value of [
    undefined,
    null,
    5,
    'x',
    {},
    { ...old, cid: 'x' },
    { ...old, n: 1.5 },
    { ...old, data: 10n },
    { ...old, data: cyclic },
  ])
    expect(convertFirstEdition(value)).toBeUndefined()
})
