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
  test('is the output of the schema', () => {
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
  test('are bounded in number, the issues are not', () => {
    const refusal = refusalOf(() => validate(z.array(z.number()), Array(1_000).fill('x'), 'a'))
    expect(refusal.issues).toHaveLength(1_000)
    expect(refusal.message).toMatch(/4: [^;]+; and 995 more$/)
  })
})

describe('typeOnly', () => {
  test.each([1, 'x', null, undefined, { a: [] }])('accepts %j unchanged', (value) => {
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

describe('undefined data arrives as null', () => {
  test.each([
    ['zod', z.string().optional(), undefined] as const,
    ['zod, with a default', z.string().default('x'), 'x'],
    ['zod, void', z.void(), undefined],
    ['valibot', v.optional(v.string()), undefined],
  ])('and is read as undefined: %s', (_, schema, expected) => {
    expect(validate(schema, null, 'note')).toBe(expected)
  })
  test('and stays null where the schema accepts null', () => {
    expect(validate(z.string().nullish(), null, 'note')).toBe(null)
  })
  test('and is refused with the issues of null where the schema accepts neither', () => {
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

  // zod's rejecting asynchronous refinement is left out: zod itself leaves that promise unhandled.
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
    // Node reports unhandled rejections before the next turn of its loop.
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
  test('zod answers a throwing transform with a promise, which is refused', async () => {
    const refusal = refusalOf(() => validate(z.string().transform(throws), 'x', 'search'))
    expect(refusal.message).toContain('whose transforms and refinements do not throw')
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
  test('may answer undefined', () => {
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

  test('finds an event in each of its forms', () => {
    expect(eventIn(definition, 'clientToServer', 'plain')).toEqual({ data, ack: undefined, volatile: false })
    expect(eventIn(definition, 'clientToServer', 'both')).toEqual({ data, ack, volatile: false })
    expect(eventIn(definition, 'clientToServer', 'ping')).toEqual({ data: undefined, ack: undefined, volatile: false })
    expect(eventIn(definition, 'room', 'cursor')).toEqual({ data, ack: undefined, volatile: true })
  })
  test('finds an event only in its own section', () => {
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
  test('finds names of Object.prototype where the contract defines them', () => {
    const own = defineContract({ room: { constructor: data, ['__proto__']: data } }).definition
    expect(eventIn(own, 'room', 'constructor')?.data).toBe(data)
    expect(eventIn(own, 'room', '__proto__')?.data).toBe(data)
    expect(eventIn(own, 'room', 'toString')).toBe(undefined)
  })
})

describe('the data of an amendment', () => {
  const { checks } = defineContract({
    room: {
      message: z.string(),
      edit: { data: z.strictObject({ text: z.string().min(1) }), amends: 'message' },
      remove: { amends: 'message' },
      reaction: { data: z.object({ emoji: z.string(), on: z.boolean() }), amends: 'message', key: 'emoji' },
    },
  })
  const target = { epoch: 'abcdefgh', seq: 7 }

  test('is parsed without its target, and given with it', () => {
    expect(checks.parse('room', 'edit', { target, text: 'hi' })).toEqual({ target, text: 'hi' })
    expect(checks.parse('room', 'remove', { target })).toEqual({ target })
    const message = { kind: 'message', key: '1', ...target, data: 'a message of a timeline' }
    expect(checks.parse('room', 'remove', { target: message })).toEqual({ target })
  })
  test.each([
    ['no data', undefined],
    ['no target', { text: 'hi' }],
    ['a message that is not confirmed', { target: { epoch: undefined, seq: undefined }, text: 'hi' }],
    ['a seq of 0', { target: { ...target, seq: 0 }, text: 'hi' }],
    ['a seq that is no integer', { target: { ...target, seq: 1.5 }, text: 'hi' }],
    ['an epoch that is no text', { target: { ...target, epoch: 1 }, text: 'hi' }],
  ])('with %s is refused with a sentence that names the cause', (_, value) => {
    expect(() => checks.check('room', 'edit', value)).toThrow(
      'invalid data for "edit": target: expected a message of the log; one that is not confirmed yet cannot be amended',
    )
  })
  test('is refused where its schema refuses the rest, or where it has a rest without a schema', () => {
    expect(() => checks.check('room', 'edit', { target, text: '' })).toThrow('invalid data for "edit": text')
    expect(() => checks.check('room', 'remove', { target, text: 'hi' })).toThrow('expected no data')
  })
  test.each([[undefined], [{}], ['x'.repeat(129)]])('is refused with the key %j', (emoji) => {
    expect(() => checks.check('room', 'reaction', { target, emoji, on: true })).toThrow(
      'invalid data for "reaction": emoji: expected a number, a boolean or a text of at most 128 characters',
    )
  })
})
