import { describe, expect, test } from 'vitest'
import { type LogInput, RoomLog } from '../../src/roomful/log.ts'
import { away, follow, head, joined, joining, left, live, ONE, page, retry, TWO } from './support/log-inputs.ts'

type Row = readonly [name: string, inputs: readonly LogInput[], said: readonly string[]]

/** In, with everything up to 5 behind us. */
const in5 = [joining, joined(5)]

describe('C12 the answer to a join', () => {
  test.each<Row>([
    ['the first one: we begin behind its head', [...in5, live(6)], ['6']],
    ['nothing was missed', [...in5, away, joining, joined(5), live(6)], ['6']],
    ['what was missed', [...in5, away, joining, joined(7, { entries: [6, 7] })], ['6 replayed', '7 replayed']],
    [
      'a part of it: the rest is fetched',
      [...in5, away, joining, joined(8, { entries: [6, 7] })],
      ['6 replayed', '7 replayed', 'fetch after 7 of epoch-one'],
    ],
    [
      'a page that helps nothing is not asked for in a tight loop',
      [...in5, away, joining, joined(8)],
      ['fetch after 5 of epoch-one, a moment later'],
    ],
    ['another epoch', [...in5, away, joining, joined(2, { epoch: TWO }), live(3, TWO)], ['gap ? to 2: epoch', '3']],
    [
      'another epoch that is further',
      [...in5, away, joining, joined(9, { epoch: TWO }), live(10, TWO)],
      ['gap ? to 9: epoch', '10'],
    ],
    ['a log that went back', [...in5, away, joining, joined(3), live(4)], ['gap ? to 3: epoch', '4']],
    [
      'the log has forgotten some of it',
      [...in5, away, joining, joined(9, { first: 8, entries: [8, 9] }), live(10)],
      ['gap 6 to 7: retention', '8 replayed', '9 replayed', '10'],
    ],
    [
      'the log has forgotten all of it',
      [...in5, away, joining, joined(9, { first: 10 }), live(10)],
      ['gap 6 to 9: retention', '10'],
    ],
    [
      'after we left there is nothing to resume',
      [...in5, left, joining, joined(9, { entries: [6] }), live(10)],
      ['10'],
    ],
    ['one that nobody waits for', [...in5, left, joined(9), live(10)], []],
  ])('%s', (_name, inputs, said) => {
    expect(follow(inputs).said).toEqual(said)
  })
})

describe('C13 what is received', () => {
  test.each<Row>([
    ['in turn', [...in5, live(6), live(7)], ['6', '7']],
    ['twice', [...in5, live(6), live(6)], ['6']],
    ['from before we came', [...in5, live(5), live(1)], []],
    ['while away or left', [live(1), ...in5, away, live(6), left, live(7)], []],
    ['too early: what comes before it is fetched, once', [...in5, live(8), live(9)], ['fetch after 5 of epoch-one']],
    [
      'too early: it is received when its turn comes, and not as replayed',
      [...in5, live(8), page(1, 8, { entries: [6, 7] })],
      ['fetch after 5 of epoch-one', '6 replayed', '7 replayed', '8'],
    ],
    [
      'late: no page is needed any more',
      [...in5, live(7), live(6), page(1, 7, { entries: [6, 7] }), live(8)],
      ['fetch after 5 of epoch-one', '6', '7', '8'],
    ],
    ['before the answer to the join, which it is part of', [joining, live(5), joined(5), live(6)], ['6']],
    ['before the answer to the join, which it is behind', [joining, live(6), live(7), joined(5)], ['6', '7']],
    ['before the answer, which leaves a hole', [joining, live(7), joined(5)], ['fetch after 5 of epoch-one']],
    ['before the answer, of another epoch than it', [joining, live(6), live(7, TWO), joined(5), live(6)], ['6']],
    ['of another epoch', [...in5, live(6, TWO)], ['rejoin']],
    ['on a connection that is gone', [joining, live(7), away, joining, joined(5), live(6)], ['6']],
    [
      'that the log has more',
      [...in5, head(6), page(1, 6, { entries: [6] })],
      ['fetch after 5 of epoch-one', '6 replayed'],
    ],
    ['that the log has what we have', [...in5, head(5), head(3)], []],
    ['that the log has more, in another epoch', [...in5, head(1, TWO)], ['rejoin']],
    ['that the log has more, before the answer', [joining, head(6), joined(5)], ['fetch after 5 of epoch-one']],
  ])('%s', (_name, inputs, said) => {
    expect(follow(inputs).said).toEqual(said)
  })
})

describe('C13 a page that was fetched', () => {
  const asked = [...in5, live(9)]
  const first = 'fetch after 5 of epoch-one'
  test.each<Row>([
    [
      'is followed by the next, as long as something is missing',
      [...asked, page(1, 9, { entries: [6, 7] }), page(1, 9, { entries: [8] })],
      [first, '6 replayed', '7 replayed', 'fetch after 7 of epoch-one', '8 replayed', '9'],
    ],
    [
      'and brought nothing is asked for again later',
      [...asked, page(1, 9), retry(1)],
      [first, `${first}, a moment later`, first],
    ],
    [
      'of a log that forgot',
      [...asked, page(1, 9, { first: 8, entries: [8] })],
      [first, 'gap 6 to 7: retention', '8 replayed', '9'],
    ],
    ['of another epoch', [...asked, page(1, 2, { epoch: TWO })], [first, 'rejoin']],
    ['of an earlier join', [...asked, away, joining, page(1, 9, { entries: [6] })], [first]],
    [
      'of an earlier join, when in again',
      [...asked, joining, joined(5), page(1, 9, { entries: [6, 7] })],
      [first, `${first}, a moment later`],
    ],
    ['after we left', [...asked, left, page(1, 9, { entries: [6] })], [first]],
    [
      'that skips some is taken as far as it goes',
      [...asked, page(1, 9, { entries: [6, 8] })],
      [first, '6 replayed', 'fetch after 6 of epoch-one'],
    ],
    [
      'a retry of an earlier join',
      [...asked, joining, joined(9, { entries: [6, 7] }), retry(1)],
      [first, '6 replayed', '7 replayed', 'fetch after 7 of epoch-one'],
    ],
    [
      'a retry when nothing is missing any more',
      [...asked, live(6), live(7), live(8), retry(1)],
      [first, '6', '7', '8', '9'],
    ],
  ])('%s', (_name, inputs, said) => {
    expect(follow(inputs).said).toEqual(said)
  })
})

describe('C13 P7 what is held has a bound', () => {
  test.each<Row>([
    [
      'over it messages are forgotten, but known, and fetched',
      [...in5, live(7), live(8), live(9), live(10), page(1, 10, { entries: [6] }), page(1, 10, { entries: [10] })],
      ['fetch after 5 of epoch-one', '6 replayed', '7', '8', '9', 'fetch after 9 of epoch-one', '10 replayed'],
    ],
    [
      'the same one twice is held once',
      [...in5, live(7), live(7), live(8), live(6)],
      ['fetch after 5 of epoch-one', '6', '7', '8'],
    ],
    [
      'what was received makes room',
      [...in5, live(7), live(8), live(6), live(10), live(11), live(9)],
      ['fetch after 5 of epoch-one', '6', '7', '8', '9', '10', '11'],
    ],
  ])('of entries: %s', (_name, inputs, said) => {
    expect(follow(inputs, { entries: 3, bytes: 1_000 }).said).toEqual(said)
  })
  const asked = 'fetch after 5 of epoch-one'
  test('of bytes: what fits is held, what was received makes room', () => {
    const big = (seq: number) => live(seq, ONE, 'x'.repeat(18)) // 20 bytes
    const over = [...in5, big(7), live(8, ONE, 'y'), live(9, ONE, 'z'), page(1, 9, { entries: [6] })]
    const { said } = follow([...over, big(9), page(1, 9, { entries: [8] })], { entries: 100, bytes: 20 })
    expect(said).toEqual([asked, '6 replayed', '7', 'fetch after 7 of epoch-one', '8 replayed', '9'])
  })
  test('of bytes: the same one twice counts once', () => {
    const same = (seq: number) => live(seq, ONE, 'same') // 6 bytes
    const { said } = follow([...in5, same(7), same(7), same(8), same(6)], { entries: 100, bytes: 12 })
    expect(said).toEqual([asked, '6', '7', '8'])
  })
  test('of 1,000 entries by default: the next one is fetched', () => {
    const early = Array.from({ length: 1_001 }, (_, index) => live(index + 7))
    const { said } = follow([...in5, ...early, page(1, 1_007, { entries: [6] })])
    expect(said.slice(-2)).toEqual(['1006', 'fetch after 1006 of epoch-one'])
  })
  test('of 1 MiB by default: a message beyond it is fetched', () => {
    const half = 'x'.repeat(524_288 - 2)
    const { said } = follow([
      ...in5,
      live(7, ONE, half),
      live(8, ONE, half),
      live(9, ONE, 'y'),
      page(1, 9, { entries: [6] }),
    ])
    expect(said.slice(-2)).toEqual(['8', 'fetch after 8 of epoch-one'])
  })
})

test('C12 our place is known from the first answer on, through outages, until we leave', () => {
  expect(new RoomLog().place).toBeUndefined()
  expect(follow(in5).log).toMatchObject({ status: 'joined', join: 1, place: { epoch: ONE, last: 5 } })
  expect(follow([...in5, away]).log).toMatchObject({ status: 'away', place: { epoch: ONE, last: 5 } })
  expect(follow([...in5, left]).log).toMatchObject({ status: 'away', join: 1, place: undefined })
})
