import { RoomfulError } from '@roomful/client'
import { expect, it } from 'vitest'
import { dayOf } from '../src/dates.ts'
import { type Entry, headingOf, type Message, newestOf } from '../src/log-rows.ts'
import { gapSentence, outboxSentence, problemOf } from '../src/sentences.ts'

const me = { id: 'me', name: 'Me' }
const bob = { id: 'bob', name: 'Bob' }
const noon = new Date(2026, 4, 5, 12).getTime()
const minute = 60_000
const gap = { kind: 'gap', key: 'a gap', from: 3, to: 7, reason: 'retention' } as const

function receivedMessage(seq: number, from: typeof me, at = noon): Message {
  const data = { text: `text ${seq}` }
  const isOwn = from === me
  return {
    kind: 'message',
    epoch: 'epoch',
    isRedacted: false,
    key: `key ${seq}`,
    id: `id ${seq}`,
    seq,
    data,
    from,
    isOwn,
    at,
    state: 'confirmed',
    error: undefined,
  }
}
const ownMessage = (key: string, state: Message['state'], error?: RoomfulError): Message => ({
  ...receivedMessage(0, me),
  key,
  seq: undefined,
  from: undefined,
  state,
  error,
})

/** Each message with what the page shows above it. */
function summary(entries: readonly Entry[]) {
  return entries.map((entry, index) => {
    if (entry.kind === 'gap') return 'gap'
    const { from, startsDay, startsGroup } = headingOf(entry, entries[index - 1], me)
    return [startsDay && 'day', startsGroup && from.name, entry.data?.text].filter(Boolean).join(': ')
  })
}

it('shows the sender above the first of consecutive messages, and each day', () => {
  const entries = [
    receivedMessage(1, bob),
    receivedMessage(2, bob, noon + 4 * minute),
    receivedMessage(3, me, noon + 4 * minute),
    receivedMessage(5, bob, noon + 5 * minute),
    receivedMessage(6, bob, noon + 11 * minute),
    receivedMessage(7, bob, noon + 24 * 60 * minute),
  ]
  expect(summary(entries)).toEqual([
    'day: Bob: text 1',
    'text 2',
    'Me: text 3',
    'Bob: text 5',
    'Bob: text 6',
    'day: Bob: text 7',
  ])
})

it('shows the sender again after a gap', () => {
  expect(summary([receivedMessage(1, bob), gap, receivedMessage(8, bob)])).toEqual([
    'day: Bob: text 1',
    'gap',
    'Bob: text 8',
  ])
})

it('shows unconfirmed messages under the name of the user’s confirmed ones', () => {
  expect(summary([receivedMessage(1, me), ownMessage('a', 'sending'), ownMessage('b', 'queued')])).toEqual([
    'day: Me: text 1',
    'text 0',
    'text 0',
  ])
})

it('finds the newest confirmed message and the newest unconfirmed own message', () => {
  expect(newestOf([])).toEqual({ last: undefined, own: undefined })
  const failed = ownMessage('c', 'rejected', new RoomfulError('SHAPE', 'no'))
  expect(
    newestOf([receivedMessage(1, bob), gap, ownMessage('a', 'sending'), ownMessage('b', 'queued'), failed]),
  ).toEqual({
    last: 'key 1',
    own: 'b',
  })
})

it('describes the error of an own message, and nothing if there is none', () => {
  for (const state of ['queued', 'sending', 'confirmed'] as const)
    expect(problemOf(ownMessage('a', state))).toBeUndefined()
  const why = new RoomfulError('SHAPE', 'expected a text that is not blank')
  expect(problemOf(ownMessage('a', 'rejected', why))).toBe('Expected a text that is not blank.')
  expect(problemOf(ownMessage('a', 'unknown', why))).toBe('This may or may not have arrived.')
  expect(problemOf(ownMessage('a', 'rejected', new RoomfulError('QUEUE_FULL', '500 …')))).toBe(
    'Too many messages wait already.',
  )
})

it('describes a gap and its reason', () => {
  expect(gapSentence(gap)).toBe('5 messages were missed and are no longer there.')
  expect(gapSentence({ ...gap, to: 3 })).toBe('One message was missed and is no longer there.')
  expect(gapSentence({ ...gap, from: undefined, to: undefined, reason: 'epoch' })).toMatch(/began anew/)
  expect(gapSentence({ ...gap, from: undefined, to: undefined, reason: 'unsupported' })).toMatch(/may be missing/)
})

it('describes the number of unconfirmed messages', () => {
  expect(outboxSentence(1, false)).toBe('One message waits to be sent.')
  expect(outboxSentence(1200, false)).toBe('1,200 messages wait to be sent.')
  expect(outboxSentence(3, true)).toBe('Sending 3…')
})

it('names days Today, Yesterday or by date', () => {
  const now = new Date(noon)
  expect(dayOf(noon - 12 * 60 * minute, now)).toBe('Today')
  expect(dayOf(noon - 13 * 60 * minute, now)).toBe('Yesterday')
  expect(dayOf(new Date(2026, 2, 1).getTime(), now)).toBe('Sunday, March 1')
})
