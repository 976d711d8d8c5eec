import { RoomfulError } from '@roomful/client'
import { expect, it } from 'vitest'
import { dayOf } from '../src/dates.ts'
import { itemsOf, type LogItem, type Message, newestIn } from '../src/log-items.ts'
import { gapSentence, outboxSentence, problemOf } from '../src/sentences.ts'

const me = { id: 'me', name: 'Me' }
const bob = { id: 'bob', name: 'Bob' }
const noon = new Date(2026, 4, 5, 12).getTime()
const minute = 60_000
const gap = { kind: 'gap', key: 'a gap', from: 3, to: 7, reason: 'retention' } as const

function heard(seq: number, from: typeof me, at = noon): Message {
  const data = { text: `text ${seq}` }
  const isOwn = from === me
  return {
    kind: 'message',
    key: `${seq}`,
    id: `${seq}`,
    seq,
    data,
    from,
    isOwn,
    at,
    state: 'confirmed',
    error: undefined,
  }
}
const own = (key: string, state: Message['state'], error?: RoomfulError): Message => ({
  ...heard(0, me),
  key,
  seq: undefined,
  from: undefined,
  state,
  error,
})

function summary(items: readonly LogItem[]) {
  return items.map((item) => {
    if (item.kind !== 'group') return item.kind
    return [item.from.name, ...item.said.map(({ data }) => data.text)].join(': ')
  })
}

it('groups what one person says in one go, and begins each day anew', () => {
  const entries = [
    heard(1, bob),
    heard(2, bob, noon + 4 * minute),
    heard(3, me, noon + 4 * minute),
    heard(5, bob, noon + 5 * minute),
    heard(6, bob, noon + 11 * minute),
    heard(7, bob, noon + 24 * 60 * minute),
  ]
  const texts = ['Bob: text 1: text 2', 'Me: text 3', 'Bob: text 5', 'Bob: text 6']
  expect(summary(itemsOf(entries, me))).toEqual(['day', ...texts, 'day', 'Bob: text 7'])
})

it('ends a group where messages are missing', () => {
  expect(summary(itemsOf([heard(1, bob), gap, heard(8, bob)], me))).toEqual([
    'day',
    'Bob: text 1',
    'gap',
    'Bob: text 8',
  ])
})

it('puts what is on its way with the rest of ours, under keys of their own', () => {
  const items = itemsOf([heard(1, me), own('a', 'sending'), own('b', 'queued')], me)
  expect(summary(items)).toEqual(['day', 'Me: text 1: text 0: text 0'])
  expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
})

it('knows the newest message, and the newest of ours on its way', () => {
  expect(newestIn([])).toEqual({ last: undefined, own: undefined })
  const failed = own('c', 'rejected', new RoomfulError('SHAPE', 'no'))
  expect(newestIn([heard(1, bob), gap, own('a', 'sending'), own('b', 'queued'), failed])).toEqual({
    last: '1',
    own: 'b',
  })
})

it('says what became of a message of ours, and nothing where all is well', () => {
  for (const state of ['queued', 'sending', 'confirmed'] as const) expect(problemOf(own('a', state))).toBeUndefined()
  const why = new RoomfulError('SHAPE', 'expected a text that is not blank')
  expect(problemOf(own('a', 'rejected', why))).toBe('Expected a text that is not blank.')
  expect(problemOf(own('a', 'unknown', why))).toBe('This may or may not have arrived.')
  expect(problemOf(own('a', 'rejected', new RoomfulError('QUEUE_FULL', '500 …')))).toBe(
    'Too many messages wait already.',
  )
})

it('says what is missing, and why', () => {
  expect(gapSentence(gap)).toBe('5 messages were missed and are no longer there.')
  expect(gapSentence({ ...gap, to: 3 })).toBe('One message was missed and is no longer there.')
  expect(gapSentence({ ...gap, from: undefined, to: undefined, reason: 'epoch' })).toMatch(/began anew/)
  expect(gapSentence({ ...gap, from: undefined, to: undefined, reason: 'unsupported' })).toMatch(/may be missing/)
})

it('counts what the server does not have yet', () => {
  expect(outboxSentence(1, false)).toBe('One message waits to be sent.')
  expect(outboxSentence(1200, false)).toBe('1,200 messages wait to be sent.')
  expect(outboxSentence(3, true)).toBe('Sending 3…')
})

it('names days as people do', () => {
  const now = new Date(noon)
  expect(dayOf(noon - 12 * 60 * minute, now)).toBe('Today')
  expect(dayOf(noon - 13 * 60 * minute, now)).toBe('Yesterday')
  expect(dayOf(new Date(2026, 2, 1).getTime(), now)).toBe('Sunday, March 1')
})
