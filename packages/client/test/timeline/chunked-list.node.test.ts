import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkedList } from '../../src/timeline/chunked-list.ts'

const upTo = (length: number) => Array.from({ length }, (_, n) => n)
const listOf = (items: readonly number[]) => new ChunkedList<number>().spliced(0, 0, ...items)

const change = fc.record({
  at: fc.nat(1_000),
  removed: fc.oneof(fc.constantFrom(0, 0, 1), fc.nat(200)),
  added: fc.oneof(fc.constantFrom(1, 1, 0), fc.nat(200)),
})

describe('TL9 a list in chunks', () => {
  test('is the array that the same changes make, and every list before a change stays as it was', () => {
    let next = 0
    const isAnArray = fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let list = new ChunkedList<number>()
      let array: number[] = []
      for (const { at, removed, added } of changes) {
        const index = at % (array.length + 1)
        const items = upTo(added).map(() => next++)
        const before = { list, array: [...list] }
        const gone = Math.min(removed, array.length - index)
        list = list.spliced(index, gone, ...items)
        array = array.toSpliced(index, gone, ...items)
        expect([...before.list]).toEqual(before.array)
        expect([...list]).toEqual(array)
        expect(list.length).toBe(array.length)
        expect(list.chunks.every((chunk) => chunk.length > 0 && chunk.length <= 64)).toBe(true)
        for (const n of [0, index, array.length - 1, array.length, -1, -array.length - 1])
          expect(list.at(n)).toBe(array.at(n))
        const wanted = array[index]
        expect(list.findLast((item) => item === wanted)).toEqual(
          wanted === undefined ? undefined : { item: wanted, index },
        )
      }
      expect(list.map((item, n) => [item, n])).toEqual(array.map((item, n) => [item, n]))
    })
    fc.assert(isAnArray, { numRuns: 200 })
  })

  test('is an array that stays the same, too', () => {
    const list = listOf(upTo(100))
    expect(list.toArray()).toEqual(upTo(100))
    expect(list.toArray()).toBe(list.toArray())
  })

  test('fills chunk after chunk where items are appended', () => {
    let list = new ChunkedList<number>()
    for (const n of upTo(1_000)) list = list.spliced(n, 0, n)
    expect(list.chunks.map((chunk) => chunk.length)).toEqual([...upTo(15).map(() => 64), 40])
  })

  test.each([
    ['append', 1_000, 0, 1, 1],
    ['replace', 500, 1, 1, 1],
    ['remove', 500, 1, 0, 1],
    ['insert', 500, 0, 1, 1],
    ['prepend a page', 0, 0, 200, 0],
    ['drop the oldest', 0, 1, 0, 1],
  ])('%s: all other chunks stay the same arrays', (_, index, removed, added, changed) => {
    const list = listOf(upTo(1_000))
    const after = new Set(list.spliced(index, removed, ...upTo(added)).chunks)
    expect(list.chunks.filter((chunk) => !after.has(chunk))).toHaveLength(changed)
  })
})
