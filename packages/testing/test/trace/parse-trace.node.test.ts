import { parseTrace } from '@roomful/testing/trace'
import { expect, test } from 'vitest'
import { helloPacket, lost, opened, traceOf } from './traces.ts'

const trace = traceOf([{ type: 'attempt' }, opened, helloPacket, lost])

test('a trace is read from its text, and from the object', () => {
  expect(parseTrace(JSON.stringify(trace))).toEqual(trace)
  expect(parseTrace(trace)).toEqual(trace)
})

test.each([
  ['an empty text', '', 'not a trace: the text is no JSON'],
  ['a list', [], 'not a trace: expected an object, got an array'],
  ['null', null, 'not a trace: expected an object, got null'],
  ['another file', { name: 'app' }, 'not a trace: format: expected "roomful-trace", got undefined'],
  ['a later version', { ...trace, version: 2 }, 'version: expected 1, which this version of the package reads, got 2'],
  ['another kind of rooms', { ...trace, rooms: 'both' }, 'rooms: expected "plain" or "roomful", got "both"'],
  ['no entries', { ...trace, entries: {} }, 'entries: expected an array, got object'],
  ['an entry without a type', { ...trace, entries: [{ at: 1 }] }, 'entries[0].type: expected one of attempt, opened,'],
  ['an inherited type', { ...trace, entries: [{ at: 1, type: 'toString' }] }, 'entries[0].type: expected one of'],
  [
    'an entry without a time',
    { ...trace, entries: [{ type: 'left' }] },
    'entries[0].at: expected a number of at least 0',
  ],
  [
    'an event that is no text',
    {
      ...trace,
      entries: [
        { type: 'left', at: 0 },
        { ...helloPacket, at: 1, event: 7 },
      ],
    },
    'entries[1].event: expected a string, got 7',
  ],
  [
    'an error without a sentence',
    { ...trace, entries: [{ ...lost, at: 1, error: { code: 'KICKED' } }] },
    'entries[0].error: expected an error { code, message }, got object',
  ],
  [
    'too many entries',
    { ...trace, entries: Array(20_001).fill({ type: 'left', at: 0 }) },
    'expected 20000 at most, got 20001',
  ],
])('%s is refused with a sentence', (_, value, sentence) => {
  expect(() => parseTrace(value)).toThrow(
    expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(sentence) as string }),
  )
})

test('a text beyond the bound is refused before it is parsed', () => {
  expect(() => parseTrace(' '.repeat(32 * 1024 * 1024 + 1))).toThrow('expected 33554432 characters at most')
})
