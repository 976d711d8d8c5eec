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

describe("a room's name", () => {
  test.each([
    'general',
    ' ',
    'a b',
    '$hello',
    'connect',
    '日本語',
    '🚀',
    '../etc',
    'a'.repeat(128),
    ...inherited,
    '\u00a0',
    '\u2028',
  ])('may be %j', (name) => {
    expect(isRoomName(name)).toBe(true)
    expect(() => assertRoomName(name)).not.toThrow()
  })
  const bad = ['', 'a'.repeat(129), 'a'.repeat(100_000), 'a\nb', '\0', '\u001f', '\u007f', '\u0085', '\u009f']
  test.each([...bad, ...noStrings])('may not be %o', (name) => {
    expect(isRoomName(name)).toBe(false)
    expect(refusalOf(() => assertRoomName(name))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^a room's name must be a string of 1 to 128 characters without control/),
    })
  })
  test.each([
    ['', 'got one of 0 characters'],
    ['a'.repeat(201), 'got one of 201 characters'],
    ['a\nb', 'got one of 3 characters'],
    [7, 'got 7'],
    [null, 'got null'],
    [['a'], 'got an array'],
  ])('that is refused is told apart without being repeated: %o', (name, ending) => {
    const { message } = refusalOf(() => assertRoomName(name))
    expect(message.endsWith(ending)).toBe(true)
    expect(message).not.toContain('\n')
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
