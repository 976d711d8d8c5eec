import { describe, expect, test } from 'vitest'
import { RoomLog } from '../../src/roomful/log.ts'
import type { LogInput } from '../../src/roomful/log-steps.ts'
import { away, follow, head, joined, joining, left, live, ONE, page, retry, TWO } from './support/log-inputs.ts'

type Row = readonly [name: string, inputs: readonly LogInput[], outputs: readonly string[]]

/** Another log was heard of. */
const lost = ['distrust', 'rejoin']
/** Joined, with everything up to 5 delivered. */
const in5 = [joining, joined(5)]

describe('C12 after the answer to a join', () => {
  test.each<Row>([
    ['the first time, the log is followed from its head on', [...in5, live(6)], ['6']],
    ['nothing was missed: no fetch', [...in5, away, joining, joined(5), live(6)], ['6']],
    [
      'missed messages are delivered as replayed',
      [...in5, away, joining, joined(7, { entries: [6, 7] })],
      ['6 replayed', '7 replayed'],
    ],
    [
      'the rest of the missed messages is fetched',
      [...in5, away, joining, joined(8, { entries: [6, 7] })],
      ['6 replayed', '7 replayed', 'fetch after 7 of epoch-one'],
    ],
    [
      'RL9 entries that the answer lacks are fetched at once, and later where that brings none',
      [...in5, away, joining, joined(8), page(2, 8)],
      ['fetch after 5 of epoch-one', 'fetch after 5 of epoch-one, a moment later'],
    ],
    [
      'another epoch is a gap',
      [...in5, away, joining, joined(2, { epoch: TWO }), live(3, TWO)],
      ['gap ? to 2: epoch', '3'],
    ],
    [
      'another epoch with a higher head is a gap',
      [...in5, away, joining, joined(9, { epoch: TWO }), live(10, TWO)],
      ['gap ? to 9: epoch', '10'],
    ],
    ['a log that went back is a gap', [...in5, away, joining, joined(3), live(4)], ['gap ? to 3: epoch', '4']],
    [
      'messages that the log dropped are a gap',
      [...in5, away, joining, joined(9, { first: 8, entries: [8, 9] }), live(10)],
      ['gap 6 to 7: retention', '8 replayed', '9 replayed', '10'],
    ],
    [
      'all missed messages may be dropped: one gap',
      [...in5, away, joining, joined(9, { first: 10 }), live(10)],
      ['gap 6 to 9: retention', '10'],
    ],
    ['nothing is replayed after a leave', [...in5, left, joining, joined(9, { entries: [6] }), live(10)], ['10']],
    ['an answer after a leave changes nothing', [...in5, left, joined(9), live(10)], []],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
})

describe('C13 a live message or $head', () => {
  test.each<Row>([
    ['in order is delivered', [...in5, live(6), live(7)], ['6', '7']],
    ['that comes twice is delivered once', [...in5, live(6), live(6)], ['6']],
    ['from before the join is dropped', [...in5, live(5), live(1)], []],
    ['while not connected, or after a leave, is dropped', [live(1), ...in5, away, live(6), left, live(7)], []],
    ['before an earlier one causes one fetch', [...in5, live(8), live(9)], ['fetch after 5 of epoch-one']],
    [
      'before an earlier one is held, and delivered as live in its turn',
      [...in5, live(8), page(1, 8, { entries: [6, 7] })],
      ['fetch after 5 of epoch-one', '6 replayed', '7 replayed', '8'],
    ],
    [
      'that comes late makes the fetched page useless',
      [...in5, live(7), live(6), page(1, 7, { entries: [6, 7] }), live(8)],
      ['fetch after 5 of epoch-one', '6', '7', '8'],
    ],
    [
      'before the answer to the join is dropped if the answer includes it',
      [joining, live(5), joined(5), live(6)],
      ['6'],
    ],
    ['before the answer to the join is delivered if it is newer', [joining, live(6), live(7), joined(5)], ['6', '7']],
    [
      'before the answer to the join may leave a hole, which is fetched',
      [joining, live(7), joined(5)],
      ['fetch after 5 of epoch-one'],
    ],
    [
      'before the answer to the join causes a new join if it has another epoch than the answer',
      [joining, live(6), live(7, TWO), joined(5), live(6)],
      ['fetch after 5 of epoch-one', ...lost, '6'],
    ],
    [
      'of another epoch before the answer, after which one of its epoch came, causes a new join too',
      [...in5, joining, head(1, TWO), live(6), joined(5), joining, joined(1, { epoch: TWO }), live(2, TWO)],
      ['distrust', '6', ...lost, 'gap ? to 1: epoch', '2'],
    ],
    [
      'of a third epoch before the answer causes a new join',
      [joining, head(1, TWO), head(1, 'epoch-three'), head(1, ONE), joined(5)],
      [...lost],
    ],
    [
      'of the epoch of the answer, which is new, causes no new join',
      [...in5, away, joining, live(3, TWO), joined(2, { epoch: TWO })],
      ['distrust', 'gap ? to 2: epoch', '3'],
    ],
    [
      'of another epoch counts for one join only',
      [joining, head(1, TWO), joined(5), joining, joined(5), away, joining, head(1, TWO), away, joining, joined(5)],
      [...lost, 'distrust'],
    ],
    ['of another epoch causes a new join', [...in5, live(6, TWO)], [...lost]],
    ['of an earlier connection is dropped', [joining, live(7), away, joining, joined(5), live(6)], ['6']],
    [
      'with a higher seq causes a fetch',
      [...in5, head(6), page(1, 6, { entries: [6] })],
      ['fetch after 5 of epoch-one', '6 replayed'],
    ],
    ['with a known seq changes nothing', [...in5, head(5), head(3)], []],
    ['with another epoch causes a new join', [...in5, head(1, TWO)], [...lost]],
    [
      'with a higher seq before the answer to the join causes a fetch',
      [joining, head(6), joined(5)],
      ['fetch after 5 of epoch-one'],
    ],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
})

describe('C13 a fetched page', () => {
  const asked = [...in5, live(9)]
  const first = 'fetch after 5 of epoch-one'
  test.each<Row>([
    [
      'is followed by the next one while messages are missing',
      [...asked, page(1, 9, { entries: [6, 7] }), page(1, 9, { entries: [8] })],
      [first, '6 replayed', '7 replayed', 'fetch after 7 of epoch-one', '8 replayed', '9'],
    ],
    [
      'without progress is fetched again later',
      [...asked, page(1, 9), retry(1)],
      [first, `${first}, a moment later`, first],
    ],
    [
      'of a log that dropped messages has a gap',
      [...asked, page(1, 9, { first: 8, entries: [8] })],
      [first, 'gap 6 to 7: retention', '8 replayed', '9'],
    ],
    [
      'C25 that only says that messages are gone is no progress',
      [...asked, page(1, 9e9, { first: 7 }), retry(1), page(1, 9e9, { first: 8 })],
      [
        first,
        'gap 6 to 6: retention',
        'fetch after 6 of epoch-one, a moment later',
        'fetch after 6 of epoch-one',
        'gap 7 to 7: retention',
        'fetch after 7 of epoch-one, a moment later',
      ],
    ],
    ['of another epoch causes a new join', [...asked, page(1, 2, { epoch: TWO })], [first, ...lost]],
    ['of an earlier join is dropped', [...asked, away, joining, page(1, 9, { entries: [6] })], [first]],
    [
      'of an earlier join is dropped after the next join, too',
      [...asked, joining, joined(5), page(1, 9, { entries: [6, 7] })],
      [first, first],
    ],
    ['after a leave is dropped', [...asked, left, page(1, 9, { entries: [6] })], [first]],
    [
      'with a hole is used up to the hole',
      [...asked, page(1, 9, { entries: [6, 8] })],
      [first, '6 replayed', 'fetch after 6 of epoch-one'],
    ],
    [
      'is not retried for an earlier join',
      [...asked, joining, joined(9, { entries: [6, 7] }), retry(1)],
      [first, '6 replayed', '7 replayed', 'fetch after 7 of epoch-one'],
    ],
    [
      'is not retried when nothing is missing any more',
      [...asked, live(6), live(7), live(8), retry(1)],
      [first, '6', '7', '8', '9'],
    ],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
})

describe('C13 P7 held messages have a limit', () => {
  test.each<Row>([
    [
      'beyond it only the seq is kept, and the message is fetched',
      [...in5, live(7), live(8), live(9), live(10), page(1, 10, { entries: [6] }), page(1, 10, { entries: [10] })],
      ['fetch after 5 of epoch-one', '6 replayed', '7', '8', '9', 'fetch after 9 of epoch-one', '10 replayed'],
    ],
    [
      'a message that comes twice is held once',
      [...in5, live(7), live(7), live(8), live(6)],
      ['fetch after 5 of epoch-one', '6', '7', '8'],
    ],
    [
      'a delivered message frees its place',
      [...in5, live(7), live(8), live(6), live(10), live(11), live(9)],
      ['fetch after 5 of epoch-one', '6', '7', '8', '9', '10', '11'],
    ],
  ])('of entries: %s', (_name, inputs, outputs) => {
    expect(follow(inputs, { entries: 3, bytes: 1_000 }).outputs).toEqual(outputs)
  })
  const asked = 'fetch after 5 of epoch-one'
  test('of bytes: messages that fit are held, and delivered ones free their bytes', () => {
    const big = (seq: number) => live(seq, ONE, 'x'.repeat(18)) // 20 bytes
    const over = [...in5, big(7), live(8, ONE, 'y'), live(9, ONE, 'z'), page(1, 9, { entries: [6] })]
    const { outputs } = follow([...over, big(9), page(1, 9, { entries: [8] })], { entries: 100, bytes: 20 })
    expect(outputs).toEqual([asked, '6 replayed', '7', 'fetch after 7 of epoch-one', '8 replayed', '9'])
  })
  test('of bytes: a message that comes twice counts once', () => {
    const same = (seq: number) => live(seq, ONE, 'same') // 6 bytes
    const { outputs } = follow([...in5, same(7), same(7), same(8), same(6)], { entries: 100, bytes: 12 })
    expect(outputs).toEqual([asked, '6', '7', '8'])
  })
  test('of 1,000 entries by default: the next one is fetched', () => {
    const early = Array.from({ length: 1_001 }, (_, index) => live(index + 7))
    const { outputs } = follow([...in5, ...early, page(1, 1_007, { entries: [6] })])
    expect(outputs.slice(-2)).toEqual(['1006', 'fetch after 1006 of epoch-one'])
  })
  test('of 1 MiB by default: a message beyond it is fetched', () => {
    const half = 'x'.repeat(524_288 - 2)
    const { outputs } = follow([
      ...in5,
      live(7, ONE, half),
      live(8, ONE, half),
      live(9, ONE, 'y'),
      page(1, 9, { entries: [6] }),
    ])
    expect(outputs.slice(-2)).toEqual(['8', 'fetch after 8 of epoch-one'])
  })
})

test('C12 the place in the log is known from the first answer until a leave, through outages', () => {
  expect(new RoomLog().place).toBeUndefined()
  expect(follow(in5).log).toMatchObject({ status: 'joined', join: 1, place: { epoch: ONE, last: 5 } })
  expect(follow([...in5, away]).log).toMatchObject({ status: 'away', place: { epoch: ONE, last: 5 } })
  expect(follow([...in5, left]).log).toMatchObject({ status: 'away', join: 1, place: undefined })
})
