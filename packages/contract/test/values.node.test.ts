import { bytesOf, describe as describeValue, isObject } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'

describe('a value in a sentence', () => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['a"b\n', String.raw`"a\"b\n"`],
    ['x'.repeat(41), 'a string of 41 characters'],
    [NaN, 'NaN'],
    [false, 'false'],
    [1n, 'bigint'],
    [Symbol('x'), 'symbol'],
    [[1], 'an array'],
    [{ toString: 1 }, 'object'],
    [() => {}, 'function'],
  ])('%o', (value, words) => {
    expect(describeValue(value)).toBe(words)
  })
})

describe('an object', () => {
  test.each([[{}], [Object.create(null)], [new Map()], [new Date(0)]])('is %o', (value) => {
    expect(isObject(value)).toBe(true)
  })
  test.each([[undefined], [null], [[]], ['text'], [1], [() => {}]])('is not %o', (value) => {
    expect(isObject(value)).toBe(false)
  })
})

describe('the size of data', () => {
  test.each([
    [undefined, 0],
    [null, 4],
    ['', 2],
    ['abc', 5],
    ['é', 4],
    ['\u{7FF}\u{800}', 7],
    ['\uFFFF', 5],
    ['😀', 6],
    ['a\uD800', 9], // JSON escapes a lone surrogate by six characters
    [{ text: 'naïve' }, 17],
  ])('of %o as UTF-8 JSON is %i bytes', (data, bytes) => {
    expect(bytesOf(data)).toBe(bytes)
  })
  test('is the size that an encoder gives, for every plane of Unicode', () => {
    const text = Array.from({ length: 0x1100 }, (_, index) => String.fromCodePoint(index * 0x100 + 1)).join('')
    expect(bytesOf(text)).toBe(new TextEncoder().encode(JSON.stringify(text)).length)
  })
})
