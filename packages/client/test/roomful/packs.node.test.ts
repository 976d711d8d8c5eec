import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RoomLog } from '../../src/roomful/log.ts'
import type { LogInput } from '../../src/roomful/log-steps.ts'
import {
  away,
  follow,
  head,
  inWords,
  joined,
  joining,
  live,
  ONE,
  pack,
  page,
  retry,
  TWO,
} from './support/log-inputs.ts'

type Row = readonly [name: string, inputs: readonly LogInput[], outputs: readonly string[]]

/** Another log was heard of. */
const lost = ['distrust', 'rejoin']
/** Joined, with everything up to 5 delivered. */
const in5 = [joining, joined(5)]
const fetched = 'fetch after 5 of epoch-one'

describe('RL11 events that come together', () => {
  test.each<Row>([
    ['are delivered in order', [...in5, pack([6, 7, 8])], ['6', '7', '8']],
    ['are delivered once', [...in5, live(6), pack([5, 6, 7, 7]), live(7)], ['6', '7']],
    ['cause no fetch where an earlier message comes behind a later one', [...in5, pack([8, 7, 6])], ['6', '7', '8']],
    ['cause one fetch after the last of them', [...in5, pack([6, 8, 10])], ['6', 'fetch after 6 of epoch-one']],
    ['let held messages follow at their turn', [...in5, live(7), pack([6, 8])], [fetched, '6', '7', '8']],
    [
      'are held until the answer to a join',
      [joining, pack([6, 7, 9]), joined(5)],
      ['6', '7', 'fetch after 7 of epoch-one'],
    ],
    ['of another epoch cause one new join', [...in5, pack([6, 7, 8], TWO), live(6)], [...lost, '6']],
    ['after the end of the connection are dropped', [...in5, away, pack([6, 'v'])], []],
    ['have volatile events at their place', [...in5, pack(['a', 6, 'b'])], ['volatile a', '6', 'volatile b']],
    [
      'have volatile events that belong to no epoch and wait for no message',
      [...in5, pack(['a'], TWO), pack(['b', 8, 'c'])],
      ['volatile a', 'volatile b', 'volatile c', fetched],
    ],
    ['lose volatile events before the answer to a join', [joining, pack(['a', 6]), joined(5)], ['6']],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
  test('P7 are held within the limit', () => {
    const { outputs } = follow([...in5, pack([7, 8, 9, 10]), page(1, 10, { entries: [6] })], {
      entries: 3,
      bytes: 1_000,
    })
    expect(outputs).toEqual([fetched, '6 replayed', '7', '8', '9', 'fetch after 9 of epoch-one'])
  })
})

/** Live events, and what the server does after them. Seqs count from the head at the time. */
interface Scene {
  readonly events: readonly (number | string)[]
  readonly isNewLog: boolean
  readonly end: 'nothing' | 'head' | 'outage'
  /** The log's first `seq`, less its last one that was sent. */
  readonly kept: number
}

const scenes = fc.array(
  fc.record({
    events: fc.array(fc.oneof(fc.integer({ min: -2, max: 8 }), fc.constantFrom('a', 'b')), { maxLength: 12 }),
    isNewLog: fc.boolean(),
    end: fc.constantFrom('nothing' as const, 'head' as const, 'outage' as const),
    kept: fc.integer({ min: 0, max: 6 }),
  }),
  { maxLength: 5 },
)

type Split = (events: readonly (number | string)[]) => readonly (readonly (number | string)[])[]

/** Follows a log that has every message, on a server that answers after each scene. Returns what the room's listeners get. */
function play(story: readonly Scene[], split: Split) {
  const log = new RoomLog({ entries: 4, bytes: 1_000 })
  const told: string[] = []
  let epoch = ONE
  let top = 5
  let first = 1
  let due: { readonly join: number; readonly after: number } | undefined
  let mostAsked = 0

  const step = (input: LogInput): void => {
    const outputs = log.step(input)
    mostAsked = Math.max(mostAsked, outputs.filter(({ type }) => type === 'fetch').length)
    for (const output of outputs) {
      if (output.type === 'fetch') due = output
      else if (output.type === 'rejoin') step(joining)
      else if (output.type === 'distrust') continue
      else if (output.type !== 'volatile' || log.status === 'joined')
        told.push(inWords(output).replace(' replayed', ''))
    }
  }
  const after = (seq: number): number[] =>
    [1, 2, 3].map((n) => Math.max(seq, first - 1) + n).filter((entry) => entry <= top)
  const settle = (): void => {
    while (log.status !== 'joined' || due) {
      const request = due
      due = undefined
      if (log.status !== 'joined') step(joined(top, { epoch, first, entries: after(log.place?.last ?? top) }))
      else if (request) step(page(request.join, top, { epoch, first, entries: after(request.after) }))
      if (due) step(retry(log.join))
    }
  }

  step(joining)
  settle()
  for (const { events, isNewLog, end, kept } of story) {
    if (isNewLog) epoch = epoch === ONE ? TWO : ONE
    const base = isNewLog ? 0 : top
    if (isNewLog) [top, first] = [0, 1]
    const placed = events.map((event) => (typeof event === 'number' ? Math.max(1, base + event) : event))
    top = Math.max(top, ...placed.map((event) => (typeof event === 'number' ? event : 0)))
    first = Math.max(first, top - kept)
    for (const part of split(placed)) step(pack(part, epoch))
    if (end === 'head') top += 1
    if (end === 'head' || isNewLog) step(head(top, epoch))
    if (end === 'outage') {
      due = undefined
      step(away)
      step(joining)
    }
    settle()
  }
  return { told, mostAsked, last: log.place?.last, top }
}

describe('RL11 however events come together', () => {
  const alone: Split = (events) => events.map((event) => [event])
  test.each<[string, fc.Arbitrary<Split>]>([
    ['all in one packet', fc.constant((events) => [events])],
    [
      'in any parts',
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }).map((sizes): Split => (events) => {
        const parts: (number | string)[][] = []
        for (let at = 0, n = 0; at < events.length; at += sizes[n++ % sizes.length]!)
          parts.push(events.slice(at, at + sizes[n % sizes.length]!))
        return parts
      }),
    ],
  ])('%s: the listeners get the same as from single events, and each packet asks once at most', (_name, splits) => {
    fc.assert(
      fc.property(scenes, splits, (story, split) => {
        const expected = play(story, alone)
        const { told, mostAsked, last, top } = play(story, split)
        expect({ told, last }).toEqual({ told: expected.told, last: expected.last })
        expect(last).toBe(top)
        expect(mostAsked).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })
})
