import type { Refusal } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { refusalIn } from '../src/errors.ts'

describe('EM6 $error in an ack', () => {
  test('becomes an error with its code, sentence and data', () => {
    const $error = { code: 'FORBIDDEN', message: 'members only', data: { room: 'a' } }
    expect(refusalIn([{ $error }])).toMatchObject({
      name: 'RoomfulError',
      code: 'FORBIDDEN',
      message: 'members only',
      refusal: $error,
    })
  })

  test.each([
    [{ code: 'FORBIDDEN' }, 'FORBIDDEN', 'the server refused: FORBIDDEN'],
    [{}, 'REFUSED', 'the server refused: REFUSED'],
    [{ code: 5, message: {} }, 'REFUSED', 'the server refused: REFUSED'],
    [[], 'REFUSED', 'the server refused: REFUSED'],
  ])('is a refusal also if it is incomplete: %j', ($error, code, message) => {
    expect(refusalIn([{ $error }])).toMatchObject({ code, message })
  })

  test.each([
    [[]],
    [[undefined]],
    [[null]],
    [['$error']],
    [[{ $error: 'no' }]],
    [[{ $error: null }]],
    [[{ error: {} }]],
  ])('is not in %j', (values) => {
    expect(refusalIn(values)).toBeUndefined()
  })
})

describe('EM6 refusalOf', () => {
  const refusalOf = (ack: unknown): Refusal | undefined => {
    const [status, error] = Array.isArray(ack) ? (ack as unknown[]) : [ack]
    return status === 'error' ? { code: 'APP', data: error } : undefined
  }

  test('gets one value as it is, and several as a list', () => {
    expect(refusalIn(['error'], { refusalOf })).toMatchObject({ code: 'APP', message: 'the server refused: APP' })
    expect(refusalIn(['error', 42], { refusalOf })).toMatchObject({ refusal: { code: 'APP', data: 42 } })
    expect(refusalIn(['ok', 42], { refusalOf })).toBeUndefined()
  })

  test('is not called for an ack with $error', () => {
    const asked: unknown[] = []
    refusalIn([{ $error: { code: 'X' } }], { refusalOf: (ack) => void asked.push(ack) })
    expect(asked).toEqual([])
  })
})
