import { RoomfulError } from '@roomful/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import {
  isMembersDelta,
  isMeta,
  readHello,
  readPage,
  readPublishAnswer,
  refusedBy,
} from '../../src/roomful/wire-messages.ts'
import { rejection, startRoomful } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { EPOCH, helloWith, joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'

/** Gives a value that passes the check. */
const only = (isFine: (value: unknown) => boolean) => (value: unknown) => (isFine(value) ? value : undefined)
const entry = { event: 'm', data: 1, seq: 1, id: 'a:1', from: null, at: 1 }
const answers = {
  hello: [readHello, helloWith({ limits: { batchItems: 3 } as never })],
  join: [
    (value: unknown) => readPage('$join', value, 200, false),
    joinAnswer({ head: 1, entries: [entry], members: { v: 1, count: 1, list: [{ user: { id: 'ann' } }] } }),
  ],
  history: [(value: unknown) => readPage('$history', value, 200, false), joinAnswer({ head: 1, entries: [entry] })],
  publish: [
    (value: unknown) => readPublishAnswer(value, 2),
    { ok: true, epoch: EPOCH, results: [{ seq: 1, at: 1 }, { code: 'NO' }] },
  ],
  members: [only(isMembersDelta), { room: 'general', v: 1, set: [{ user: { id: 'ann' } }], gone: ['bob'] }],
  meta: [only(isMeta), metaOf('general', 1)],
} as const satisfies Record<string, readonly [(value: unknown) => unknown, object]>
type Kind = keyof typeof answers

/** The result of a reader: a message, nothing, or the code of a RoomfulError. Any other error is thrown. */
function read(kind: Kind, value: unknown): unknown {
  try {
    return answers[kind][0](value)
  } catch (error) {
    if (error instanceof RoomfulError) return error.code
    throw error
  }
}

describe.each(Object.keys(answers) as Kind[])('SEC28 CN12 %s', (kind) => {
  const [, fine] = answers[kind]

  test('is read if it is well-formed', () => {
    expect(read(kind, fine)).toMatchObject(kind === 'hello' ? { v: 1, limits: { batchItems: 3, page: 200 } } : fine)
  })
  test('is nothing or a RoomfulError for any other value', () => {
    const neverThrows = fc.property(fc.anything(), (value) => void read(kind, value))
    expect(fc.check(neverThrows, { numRuns: 1_000 }).counterexample).toBeNull()
  })
  test('is nothing or a RoomfulError with any of its fields replaced', () => {
    const spoilt = fc
      .tuple(fc.constantFrom(...Object.keys(fine)), fc.anything())
      .map(([key, value]) => ({ ...fine, [key]: value }))
    const neverThrows = fc.property(spoilt, (value) => void read(kind, value))
    expect(fc.check(neverThrows, { numRuns: 1_000 }).counterexample).toBeNull()
  })
})

describe('CN12 a refusal with a malformed sentence or wait', () => {
  const spoilt = { ok: false, code: 'CLOSED', message: null, after: 'soon' }

  test('keeps its code', () => {
    expect(read('join', spoilt)).toBe('CLOSED')
    expect(readPublishAnswer({ ...spoilt, epoch: null }, 1)).toMatchObject({ code: 'CLOSED', results: [] })
    expect(readPublishAnswer({ ok: true, epoch: EPOCH, results: [spoilt], code: null }, 1).results).toEqual([spoilt])
    expect(refusedBy(spoilt as never)).toMatchObject({
      message: 'the server refused: CLOSED',
      refusal: { data: undefined },
    })
  })
})

describe('SEC28 CN12 a malformed answer to a join', () => {
  test.each([
    ['nothing', undefined],
    ['a text', 'ok'],
    ['an empty object', {}],
    ['no epoch', { ...joinAnswer(), epoch: undefined }],
    ['a negative head', joinAnswer({ head: -1 })],
    ['members without ids', joinAnswer({ members: { v: 1, count: 1, list: [{ user: {} as never }] } })],
    ['malformed entries', joinAnswer({ entries: [{} as never] })],
    ['a refusal without a code', { ok: false }],
  ])('RM4 fails the room, and a leave is sent: %s', async (_what, given) => {
    expectNothingUncaught()
    const { url, events } = await startScript({ $join: () => (acknowledge) => acknowledge(given as never) })
    const client = startRoomful(url)
    const error = await rejection(client.join('general'))
    expect(error).toMatchObject({
      code: 'INVALID',
      message: "the server's answer to $join is malformed",
    })
    expect(client.room('general').state.getState()).toEqual({ status: 'failed', error })
    await eventually(() => expect(events()).toEqual(['$join', '$leave']))
  })
})
