import { RoomfulError } from '@roomful/client'
import { type Hello, MAX_JOINS_MS } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Joins } from '../../src/roomful/joins.ts'
import { readHello } from '../../src/roomful/wire-messages.ts'
import { helloWith } from '../rooms/support/scripted-server.ts'
import { createFakeCore } from '../support/fake-core.ts'
import { rejection } from '../support/test-client.ts'

interface Sent {
  readonly event: string
  readonly request: { readonly room?: string; readonly rooms?: readonly { readonly room: string }[] }
  readonly timeoutMs: number
  answer(answer: unknown): void
  fail(error: RoomfulError): void
}
interface Setup {
  readonly capabilities?: readonly string[]
  readonly rooms?: number
  readonly joinTimeoutMs?: number
  /** Larger requests are refused, as the socket does. */
  readonly maxRooms?: number
}

function start({ capabilities = ['joins'], rooms = 4, joinTimeoutMs = 5_000, maxRooms = Infinity }: Setup = {}) {
  const sent: Sent[] = []
  const core = createFakeCore()
  const joins = new Joins({
    core: { ...core, settings: { ...core.settings, joinTimeoutMs } },
    hello: readHello(helloWith({ capabilities, limits: { rooms } as Hello['limits'] })),
    request: (event, request, timeoutMs) =>
      new Promise((resolve, reject) => {
        if (((request as Sent['request']).rooms?.length ?? 1) > maxRooms)
          return reject(new RoomfulError('TOO_LARGE', 'too large'))
        sent.push({ event, request, timeoutMs, answer: resolve, fail: reject })
      }),
  })
  const join = (room: string): Promise<unknown> => joins.send({ room })
  /** The names in each request. */
  const namesSent = () => sent.map(({ request }) => request.rooms?.map(({ room }) => room) ?? request.room)
  return { joins, join, sent, namesSent, settle: () => new Promise(setImmediate) }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `room-${index}`)
const answerTo = (room: string): object => ({ ok: true, of: room })

describe('RM16 joins', () => {
  test('of one task are one request, and each gets its own answer or refusal', async () => {
    const { join, sent, settle } = start()
    const answers = Promise.all(['a', 'b', 'c'].map(join))
    await settle()
    expect(sent).toMatchObject([{ event: '$join', request: { rooms: [{ room: 'a' }, { room: 'b' }, { room: 'c' }] } }])
    const list = [answerTo('a'), { ok: false, code: 'FORBIDDEN' }, answerTo('c')]
    sent[0]?.answer({ ok: true, answers: list })
    expect(await answers).toEqual(list)
  })
  test('that begin in microtasks of one task go together, too', async () => {
    const { join, namesSent, settle } = start()
    for (const name of ['a', 'b']) void Promise.resolve().then(() => join(name))
    await settle()
    expect(namesSent()).toEqual([['a', 'b']])
  })
  test('of two tasks are two requests', async () => {
    const { join, namesSent, settle } = start()
    void join('a')
    await settle()
    void join('b')
    await settle()
    expect(namesSent()).toEqual(['a', 'b'])
  })
  test('a single one has the single form, and leaves in the same task', async () => {
    const { join, sent } = start()
    const answer = join('a')
    await Promise.resolve()
    expect(sent).toMatchObject([{ request: { room: 'a' }, timeoutMs: 5_000 }])
    sent[0]?.answer(answerTo('a'))
    expect(await answer).toEqual(answerTo('a'))
  })
  test('beyond the server’s limit of rooms go in further requests', async () => {
    const { join, namesSent, settle } = start({ rooms: 4 })
    for (const name of names(9)) void join(name)
    await settle()
    expect(namesSent()).toEqual([names(9).slice(0, 4), names(9).slice(4, 8), 'room-8'])
  })
  test.each([
    ['the server does not list joins', { capabilities: ['members'] }],
    ['the client waits no longer than the server may need', { joinTimeoutMs: MAX_JOINS_MS }],
    ['the server allows one room', { rooms: 1 }],
  ])('go alone where %s', async (_where, setup) => {
    const { join, namesSent, settle } = start(setup)
    for (const name of names(3)) void join(name)
    await settle()
    expect(namesSent()).toEqual(names(3))
  })
})

describe('RM16 a request of several rooms', () => {
  test('that is refused as a whole refuses each room', async () => {
    const { join, sent, settle } = start()
    const answers = Promise.all(['a', 'b'].map(join))
    await settle()
    sent[0]?.answer({ ok: false, code: 'CLOSING', after: 5 })
    const refusal = { ok: false, code: 'CLOSING', after: 5 }
    expect(await answers).toEqual([refusal, refusal])
  })
  test.each([
    ['an answer without answers', { ok: true, epoch: 'epoch-one', head: 0, first: 1 }],
    ['answers that are no list', { ok: true, answers: { 0: {}, 1: {} } }],
  ])('gives no room the page of %s', async (_what, answer) => {
    const { join, sent, settle } = start()
    const answers = Promise.all(['a', 'b'].map(join))
    await settle()
    sent[0]?.answer(answer)
    expect(await answers).toEqual([undefined, undefined])
  })
  test('with fewer answers than rooms gives the others none', async () => {
    const { join, sent, settle } = start()
    const answers = Promise.all(['a', 'b'].map(join))
    await settle()
    sent[0]?.answer({ ok: true, answers: [answerTo('a')] })
    expect(await answers).toEqual([answerTo('a'), undefined])
  })
  test('without an answer fails each room with the same error', async () => {
    const { join, sent, settle } = start()
    const failures = Promise.all(['a', 'b'].map((name) => rejection(join(name))))
    await settle()
    const error = new RoomfulError('TIMEOUT', 'no answer')
    sent[0]?.fail(error)
    expect(await failures).toEqual([error, error])
  })
  test('that is larger than the server takes is divided; a room that is too large alone fails alone', async () => {
    const { join, namesSent, settle } = start({ rooms: 8, maxRooms: 3 })
    for (const name of names(8)) void join(name)
    await settle()
    expect(namesSent()).toEqual([
      ['room-0', 'room-1'],
      ['room-2', 'room-3'],
      ['room-4', 'room-5'],
      ['room-6', 'room-7'],
    ])
    const none = start({ maxRooms: 0 })
    expect(await Promise.all(['a', 'b'].map((name) => rejection(none.join(name))))).toMatchObject([
      { code: 'TOO_LARGE' },
      { code: 'TOO_LARGE' },
    ])
  })
})

test('RM16 every join settles once with its own outcome, grouped or not', async () => {
  const task = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 })
  const property = fc.asyncProperty(
    fc.array(task, { maxLength: 5 }),
    fc.integer({ min: 1, max: 6 }),
    fc.boolean(),
    async (tasks, rooms, hasJoins) => {
      const { join, sent, settle } = start({ rooms, capabilities: hasJoins ? ['joins'] : [] })
      const outcomes: Promise<unknown>[] = []
      const wanted: string[] = []
      for (const [index, task] of tasks.entries()) {
        for (const number of task) {
          wanted.push(`${index} ${number}`)
          outcomes.push(join(`${index} ${number}`))
        }
        await settle()
      }
      for (const { request, answer } of sent.toReversed()) {
        expect(request.rooms?.length ?? 1).toBeLessThanOrEqual(hasJoins ? rooms : 1)
        answer(
          request.rooms
            ? { ok: true, answers: request.rooms.map(({ room }) => answerTo(room)) }
            : answerTo(request.room!),
        )
      }
      expect(await Promise.all(outcomes)).toEqual(wanted.map(answerTo))
    },
  )
  await fc.assert(property, { numRuns: 100 })
})
