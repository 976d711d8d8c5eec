import { defineContract, RoomfulError, typeOnly, ValidationError } from '@roomful/contract'
import { eventIn, validate } from '@roomful/contract/protocol'
import { runInNewContext } from 'node:vm'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

function refusalOf(attempt: () => unknown): ValidationError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof ValidationError) return error
    throw error
  }
  throw new Error('expected a ValidationError, got none')
}

const schemas = [
  ['zod', z.object({ text: z.string().trim().min(1), size: z.number().default(1) })],
  ['valibot', v.object({ text: v.pipe(v.string(), v.trim(), v.minLength(1)), size: v.optional(v.number(), 1) })],
] as const

describe.each(schemas)('data under a schema of %s', (_, schema) => {
  test('is given out as the schema gives it', () => {
    expect(validate(schema, { text: ' hi ' }, 'message')).toEqual({ text: 'hi', size: 1 })
  })
  test('is refused with the name of the event and the issues of the schema', () => {
    const refusal = refusalOf(() => validate(schema, { text: 7, size: 'x' }, 'message'))
    expect(refusal).toBeInstanceOf(RoomfulError)
    expect(refusal).toMatchObject({ name: 'ValidationError', code: 'INVALID', event: 'message' })
    expect(refusal.issues).toHaveLength(2)
    expect(refusal.message).toMatch(/^invalid data for "message": text: .+; size: .+$/)
  })
  test.each([undefined, null, 'text', [], 0])('is refused when it is %j', (value) => {
    expect(refusalOf(() => validate(schema, value, 'message')).issues).not.toHaveLength(0)
  })
})

describe('paths in the sentence', () => {
  test.each([
    ['zod', z.object({ list: z.array(z.object({ id: z.number() })) })] as const,
    ['valibot', v.object({ list: v.array(v.object({ id: v.number() })) })],
  ])('name every key: %s', (_, schema) => {
    const { message } = refusalOf(() => validate(schema, { list: [{ id: 1 }, { id: 'x' }] }, 'a'))
    expect(message).toContain('invalid data for "a": list.1.id: ')
  })
  test('are left out where the value itself is wrong', () => {
    expect(refusalOf(() => validate(z.string(), 1, 'a')).message).toMatch(/^invalid data for "a": Invalid input/)
  })
  test('may hold symbols', () => {
    const error = new ValidationError('a', [{ message: 'no', path: [Symbol('key'), { key: 'b' }] }])
    expect(error.message).toBe('invalid data for "a": Symbol(key).b: no')
  })
  test('are bound in number, the issues are not', () => {
    const refusal = refusalOf(() => validate(z.array(z.number()), Array(1_000).fill('x'), 'a'))
    expect(refusal.issues).toHaveLength(1_000)
    expect(refusal.message).toMatch(/4: [^;]+; and 995 more$/)
  })
})

describe('typeOnly', () => {
  test.each([1, 'x', null, undefined, { a: [] }])('lets %j through untouched', (value) => {
    expect(validate(typeOnly<unknown>(), value, 'a')).toBe(value)
  })
})

describe('an event without data', () => {
  test.each([undefined, null])('takes %s, as JSON has it', (value) => {
    expect(validate(undefined, value, 'ping')).toBe(undefined)
  })
  test.each([
    [0, 'expected no data, got 0'],
    ['', 'expected no data, got ""'],
    [[], 'expected no data, got an array'],
    [{}, 'expected no data, got object'],
  ])('refuses %j', (value, sentence) => {
    const refusal = refusalOf(() => validate(undefined, value, 'ping'))
    expect(refusal.message).toBe(`invalid data for "ping": ${sentence}`)
    expect(refusal.issues).toEqual([{ message: sentence }])
  })
})

describe('a value that was undefined arrives as null', () => {
  test.each([
    ['zod', z.string().optional(), undefined] as const,
    ['zod, with a default', z.string().default('x'), 'x'],
    ['zod, void', z.void(), undefined],
    ['valibot', v.optional(v.string()), undefined],
  ])('and is read as undefined: %s', (_, schema, expected) => {
    expect(validate(schema, null, 'note')).toBe(expected)
  })
  test('and stays null where the schema takes it', () => {
    expect(validate(z.string().nullish(), null, 'note')).toBe(null)
  })
  test('and is refused with the issues of null where it takes neither', () => {
    expect(refusalOf(() => validate(z.string(), null, 'note')).message).toContain('received null')
  })
})

describe('a schema that cannot be used', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(() => {
    process.off('unhandledRejection', note)
    unhandled.length = 0
  })

  const rejects = async () => {
    throw new Error('rejected')
  }
  const custom = (check: () => unknown) =>
    ({ '~standard': { version: 1, vendor: 'x', validate: check } }) as ReturnType<typeof typeOnly>

  // Not zod's asynchronous refinement that rejects: it asks once synchronously, and drops that promise unhandled itself.
  test.each([
    ['zod', z.string().refine(async () => true)] as const,
    [
      'valibot',
      v.pipeAsync(
        v.string(),
        v.checkAsync(async () => false),
      ),
    ],
    ['valibot, rejecting', v.pipeAsync(v.string(), v.checkAsync(rejects))],
    ['rejecting', custom(rejects)],
    ['rejecting, with the promise of another realm', custom(() => runInNewContext('Promise.reject(new Error())'))],
  ])('is refused when it is asynchronous, and its promise is no unhandled rejection: %s', async (_, schema) => {
    const refusal = refusalOf(() => validate(schema, 'x', 'search'))
    expect(refusal.message).toContain('invalid data for "search": the schema answered with a promise: use one that is')
    // Node tells unhandled rejections before the next turn of its loop.
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
  const failure = new Error('boom')
  const throws = () => {
    throw failure
  }
  test.each([['valibot', v.pipe(v.string(), v.transform(throws))] as const, ['a schema of its own', custom(throws)]])(
    'gives its own error as the cause when it throws: %s',
    (_, schema) => {
      const refusal = refusalOf(() => validate(schema, 'x', 'search'))
      expect(refusal.message).toBe('invalid data for "search": the schema itself failed')
      expect(refusal.cause).toBe(failure)
    },
  )
  test('zod turns to a promise when it throws, and says so', async () => {
    const refusal = refusalOf(() => validate(z.string().transform(throws), 'x', 'search'))
    expect(refusal.message).toContain('whose transforms and refinements do not throw')
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
  test('may even answer nothing', () => {
    const schema = custom(() => undefined)
    expect(refusalOf(() => validate(schema, 'x', 'search')).cause).toBeInstanceOf(TypeError)
  })
})

describe('eventIn', () => {
  const data = z.string()
  const ack = z.number()
  const { definition } = defineContract({
    clientToServer: { plain: data, both: { data, ack }, ping: {} },
    room: { message: data, cursor: { data, volatile: true } },
  })

  test('finds an event, whichever way it was written down', () => {
    expect(eventIn(definition, 'clientToServer', 'plain')).toEqual({ data, ack: undefined, volatile: false })
    expect(eventIn(definition, 'clientToServer', 'both')).toEqual({ data, ack, volatile: false })
    expect(eventIn(definition, 'clientToServer', 'ping')).toEqual({ data: undefined, ack: undefined, volatile: false })
    expect(eventIn(definition, 'room', 'cursor')).toEqual({ data, ack: undefined, volatile: true })
  })
  test('keeps sections apart', () => {
    expect(eventIn(definition, 'room', 'plain')).toBe(undefined)
    expect(eventIn(definition, 'serverToClient', 'plain')).toBe(undefined)
  })
  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    undefined,
    null,
    0,
    Symbol.iterator,
    ['plain'],
    { toString: 1, valueOf: 1 },
  ])('does not find what the contract does not say: %o', (event) => {
    expect(eventIn(definition, 'clientToServer', event)).toBe(undefined)
  })
  test('finds names of Object.prototype that the contract does say', () => {
    const own = defineContract({ room: { constructor: data, ['__proto__']: data } }).definition
    expect(eventIn(own, 'room', 'constructor')?.data).toBe(data)
    expect(eventIn(own, 'room', '__proto__')?.data).toBe(data)
    expect(eventIn(own, 'room', 'toString')).toBe(undefined)
  })
})
