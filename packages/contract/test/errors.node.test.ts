import { RoomfulError, ValidationError } from '@roomful/contract'
import { describe, expect, test } from 'vitest'

describe('an error', () => {
  test('has a code, a sentence, and what caused it', () => {
    const cause = new Error('reset')
    const error = new RoomfulError('UNREACHABLE', 'unable to connect; the server did not answer', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RoomfulError', code: 'UNREACHABLE', cause, refusal: undefined })
    expect(String(error)).toBe('RoomfulError: unable to connect; the server did not answer')
  })
  test('has no cause where none was given, and keeps one that is undefined', () => {
    expect('cause' in new RoomfulError('TIMEOUT', 'no answer')).toBe(false)
    expect('cause' in new RoomfulError('TIMEOUT', 'no answer', { cause: undefined })).toBe(true)
  })
  test("carries a refusal with the server's own code and data", () => {
    const refusal = { code: 'TOO_YOUNG', message: 'not before 18', data: { age: 17 } }
    const error = new RoomfulError(refusal.code, refusal.message, { refusal })
    expect(error).toMatchObject({ code: 'TOO_YOUNG', refusal })
  })
  test('of validation has its own class and name', () => {
    const error = new ValidationError('message', [{ message: 'Expected a string' }], { cause: 1 })
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({
      code: 'INVALID',
      event: 'message',
      issues: [{ message: 'Expected a string' }],
      cause: 1,
    })
    expect(String(error)).toBe('ValidationError: invalid data for "message": Expected a string')
  })
})
