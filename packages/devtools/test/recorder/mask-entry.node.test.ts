import type { TraceEntry } from '@roomful/testing/trace'
import { expect, test } from 'vitest'
import { maskEntry } from '../../src/recorder/mask-entry.ts'

const masked = (event: string, ...args: unknown[]): unknown => {
  const entry = maskEntry({ type: 'in', event, args, at: 0 })
  return 'args' in entry && entry.args
}

test("DV2 a room event keeps the protocol's numbers and the user's id", () => {
  const meta = { $room: 'general', epoch: 'an-epoch', seq: 7, id: 'a-message', from: { id: 'ann', name: 'Ann' }, at: 9 }
  expect(masked('message', { text: 'secret', count: 3, isNew: true, list: ['ab', null] }, meta)).toEqual([
    { text: '••••••', count: 0, isNew: true, list: ['••', null] },
    { ...meta, from: { id: 'ann', name: '•••' } },
  ])
})

test('DV2 packets of roomful/1 lose the data of messages, presences, params and users', () => {
  const user = { id: 'ann', name: 'Ann' }
  expect(
    masked('$events', {
      room: 'general',
      epoch: 'e',
      from: user,
      events: [{ event: 'message', data: 'hello', seq: 1, id: 'x', at: 2 }],
    }),
  ).toEqual([
    {
      room: 'general',
      epoch: 'e',
      from: { id: 'ann', name: '•••' },
      events: [{ event: 'message', data: '•••••', seq: 1, id: 'x', at: 2 }],
    },
  ])
  expect(masked('$join', { room: 'general', params: { key: 'a' }, presence: 5 })).toEqual([
    { room: 'general', params: { key: '•' }, presence: 0 },
  ])
  expect(
    masked('$members', { room: 'general', v: 3, count: 1, set: [{ user, presence: { status: 'online' } }] }),
  ).toEqual([
    { room: 'general', v: 3, count: 1, set: [{ user: { id: 'ann', name: '•••' }, presence: { status: '••••••' } }] },
  ])
})

test('DV2 data of a plain event is masked whole, binary too', () => {
  expect(masked('order', 'tea', 5, { $binary: 'AAEC' }, { $omitted: 9 })).toEqual([
    '•••',
    0,
    { $binary: '' },
    { $omitted: 9 },
  ])
})

test('an entry without data stays as it is', () => {
  const entry: TraceEntry = { type: 'room', room: 'general', from: 'joining', to: 'joined', at: 1 }
  expect(maskEntry(entry)).toBe(entry)
})
