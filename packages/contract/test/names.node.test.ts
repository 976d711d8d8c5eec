import {
  assertEventName,
  assertPlainEventName,
  assertRoomName,
  isEventName,
  isRoomName,
} from '@roomful/contract/protocol'
import { RoomfulError } from '@roomful/contract'
import { describe, expect, test } from 'vitest'

const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
const noStrings = [undefined, null, 0, 42, true, NaN, 1n, Symbol('x'), {}, [], ['general'], () => {}, new String('a')]

function refusalOf(attempt: () => void): RoomfulError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof RoomfulError) return error
    throw error
  }
  throw new Error('expected a RoomfulError, got none')
}

describe("SEC3 SEC25 a room's name", () => {
  test.each([
    'general',
    'a b',
    'a\u00a0b',
    'connect',
    'a$',
    '日本語',
    'caf\u00e9',
    'שלום',
    '🚀',
    '👩\u200d💻',
    'می\u200cخواهم',
    '../etc',
    'a'.repeat(128),
    ...inherited,
  ])('may be %j', (name) => {
    expect(isRoomName(name)).toBe(true)
    expect(() => assertRoomName(name)).not.toThrow()
  })
  const length = /^a room's name must be a string of 1 to 128 characters, got /
  const reservedName = "a room's name must not begin with $: such names are reserved"
  const hidden = "a room's name must not have control or bidi characters or halves of surrogate pairs"
  const ends = "a room's name must not begin or end with white space"
  const form = "a room's name must be in the Unicode form NFC: use name.normalize()"
  test.each([
    ...['', 'a'.repeat(129), 'a'.repeat(100_000), ...noStrings].map((name) => [name, length]),
    ...['$', '$inbox', '$hello', '$a\n', '$ '].map((name) => [name, reservedName]),
    ...['a\nb', '\0', 'a\u001f', '\u007f', '\u0085', '\u009f', 'a\u2028b', 'a\u2029b'].map((name) => [name, hidden]),
    ...['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'].map((mark) => [`a${mark}b`, hidden]),
    ...['\ud800', 'a\udfffb', '\ude00\ud83d'].map((name) => [name, hidden]),
    ...[' ', ' a', 'a ', '\u00a0a', 'a\u3000', '\ufeffa'].map((name) => [name, ends]),
    ...['cafe\u0301', 'A\u030a', '\u212b', '\u1100\u1161', 'q\u0307\u0323'].map((name) => [name, form]),
  ] as [unknown, string | RegExp][])('may not be %o, and the sentence says which rule it breaks', (name, sentence) => {
    expect(isRoomName(name)).toBe(false)
    const { code, message } = refusalOf(() => assertRoomName(name))
    expect(code).toBe('INVALID_ARGUMENT')
    if (typeof sentence === 'string') expect(message).toBe(sentence)
    else expect(message).toMatch(sentence)
  })
  test('is the same room only where the names are equal: nothing is folded', () => {
    const names = ['general', 'General', 'GENERAL', 'genera\u217c', 'ｇeneral', 'gen\u200ceral']
    expect(names.filter(isRoomName)).toEqual(names)
    expect(new Set(names.map((name) => name.normalize())).size).toBe(names.length)
  })
  test.each([
    ['', 'got one of 0 characters'],
    ['a'.repeat(201), 'got one of 201 characters'],
    [7, 'got 7'],
    [null, 'got null'],
    [['a'], 'got an array'],
  ])('of a wrong type or length is described without being repeated: %o', (name, ending) => {
    expect(refusalOf(() => assertRoomName(name)).message.endsWith(ending)).toBe(true)
  })
})

describe("an event's name on a plain server", () => {
  test.each(['message', '', '$', '$hello', 'a\nb', 'a'.repeat(65), 'a'.repeat(100_000), 'gap', ...inherited])(
    'may be %j',
    (name) => expect(() => assertPlainEventName(name)).not.toThrow(),
  )
  test.each([...reserved, ...noStrings])('may not be %o', (name) => {
    const sentence = typeof name === 'string' ? 'is reserved by Socket.IO' : "an event's name must be a string, got"
    const { code, message } = refusalOf(() => assertPlainEventName(name))
    expect([code, message]).toEqual(['INVALID_ARGUMENT', expect.stringContaining(sentence)])
  })
})

describe("an event's name", () => {
  test.each(['message', 'cursor:move', 'gap', 'error', ' ', 'a$', 'Connect', 'é', 'a'.repeat(64), ...inherited])(
    'may be %j',
    (name) => {
      expect(isEventName(name)).toBe(true)
      expect(() => assertEventName(name)).not.toThrow()
    },
  )
  test.each([...reserved, '$', '$hello', '$\nx', '', 'a'.repeat(65), 'a'.repeat(100_000), ...noStrings])(
    'may not be %o',
    (name) => {
      expect(isEventName(name)).toBe(false)
      expect(refusalOf(() => assertEventName(name)).code).toBe('INVALID_ARGUMENT')
    },
  )
  test.each(reserved)('that Socket.IO reserves gives an error that says what to use instead: %s', (name) => {
    expect(refusalOf(() => assertEventName(name)).message).toBe(
      `event name "${name}" is reserved by Socket.IO: use client.connection for the connection's state`,
    )
  })
  test.each([
    ['$hello', 'event name "$hello" is reserved: names that begin with $ belong to the protocol'],
    ['$\n', String.raw`event name "$\n" is reserved: names that begin with $ belong to the protocol`],
    ['', `an event's name must be a string of 1 to 64 characters, got ""`],
    ['a'.repeat(65), `an event's name must be a string of 1 to 64 characters, got a string of 65 characters`],
    [{}, `an event's name must be a string, got object`],
  ])('that is refused says what was expected: %o', (name, sentence) => {
    expect(refusalOf(() => assertEventName(name)).message).toBe(sentence)
  })
})
