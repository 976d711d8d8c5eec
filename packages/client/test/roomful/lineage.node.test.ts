import { describe, expect, test } from 'vitest'
import type { LogInput } from '../../src/roomful/log-steps.ts'
import { away, follow, head, joined, joining, left, live, ONE, page, seen, TWO } from './support/log-inputs.ts'

type Row = readonly [name: string, inputs: readonly LogInput[], outputs: readonly string[]]

const THREE = 'epoch-three'
/** Another log was heard of. */
const lost = ['distrust', 'rejoin']
/** Joined, with everything up to 5 delivered. */
const in5 = [joining, joined(5)]
const again = [...in5, away, joining]
/** The log goes on in the second epoch, and has all up to this seq. */
const goneOn = (continues: number, headSeq = continues, entries: readonly number[] = []) =>
  joined(headSeq, { epoch: TWO, continues, entries })

describe('RL6 E8 the answer to a join of a log that goes on in another epoch', () => {
  test.each<Row>([
    ['and has lost nothing is no gap', [...again, goneOn(5), live(6, TWO)], ['6']],
    [
      'is followed by the messages of the new epoch',
      [...again, goneOn(5, 7, [6, 7]), live(8, TWO)],
      ['6 replayed', '7 replayed', '8'],
    ],
    [
      'and has lost messages reports them, and goes on after those that it has',
      [...again, goneOn(3, 5, [4, 5]), live(6, TWO)],
      ['gap 4 to 5: epoch', '4 replayed', '5 replayed', '6'],
    ],
    [
      'and has lost all messages reports all',
      [...again, goneOn(0, 1, [1]), live(2, TWO)],
      ['gap 1 to 5: epoch', '1 replayed', '2'],
    ],
    [
      'and has lost messages that retention would have dropped: both are reported',
      [...again, joined(6, { epoch: TWO, continues: 3, first: 6, entries: [6] })],
      ['gap 4 to 5: epoch', 'gap 4 to 5: retention', '6 replayed'],
    ],
    [
      'and has lost a confirmed message that was not delivered yet reports it, after the messages before it',
      [...in5, seen(7), away, joining, goneOn(6, 7), page(2, 7, { epoch: TWO, entries: [6, 7] })],
      ['fetch after 5 of epoch-two', '6 replayed', 'gap 7 to 7: epoch', '7 replayed'],
    ],
    [
      'and has kept a confirmed message is no gap',
      [...in5, seen(7), away, joining, goneOn(7), page(2, 7, { epoch: TWO, entries: [6, 7] })],
      ['fetch after 5 of epoch-two', '6 replayed', '7 replayed'],
    ],
    [
      'twice, and loses more before the first loss is reported: one gap has both',
      [
        ...in5,
        seen(8),
        away,
        joining,
        goneOn(7),
        away,
        joining,
        joined(5, { epoch: THREE, continues: 5 }),
        live(6, THREE),
      ],
      ['fetch after 5 of epoch-two', 'gap 6 to 8: epoch', '6'],
    ],
    [
      'where a message was confirmed after the join was sent: another join tells whether it is lost',
      [
        ...again,
        seen(7),
        { ...goneOn(5), since: { epoch: ONE, seq: 5 } },
        joining,
        { ...goneOn(6), since: { epoch: ONE, seq: 7 } },
        live(6, TWO),
      ],
      [...lost, 'fetch after 5 of epoch-two', '6', 'gap 7 to 7: epoch'],
    ],
    [
      'counts confirmed messages of the new epoch only',
      [...in5, seen(9), away, joining, goneOn(5), away, joining, joined(5, { epoch: THREE, continues: 5 })],
      ['gap 6 to 9: epoch'],
    ],
    [
      'forgets what was confirmed where another log begins',
      [
        ...in5,
        seen(9),
        away,
        joining,
        joined(2, { epoch: TWO }),
        away,
        joining,
        joined(2, { epoch: THREE, continues: 2 }),
      ],
      ['gap ? to 2: epoch'],
    ],
    [
      'that came before counts, also where a message of the old one came between',
      [...again, live(8, TWO), live(6), goneOn(5, 6, [6])],
      ['distrust', '6 replayed', 'fetch after 6 of epoch-two'],
    ],
    [
      'forgets what was held and known of the old one',
      [...in5, live(9), joining, goneOn(5), live(6, TWO)],
      ['fetch after 5 of epoch-one', '6'],
    ],
    ['is none where the answer does not say so', [...again, joined(5, { epoch: TWO })], ['gap ? to 5: epoch']],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
  test('since is the last message that was delivered or confirmed', () => {
    expect(follow(in5).log.since).toEqual({ epoch: ONE, seq: 5 })
    expect(follow([...in5, seen(7)]).log.since).toEqual({ epoch: ONE, seq: 7 })
    expect(follow([...in5, seen(7), live(6), live(7), live(8)]).log.since).toEqual({ epoch: ONE, seq: 8 })
    expect(follow([...in5, left]).log.since).toBeUndefined()
  })
})

describe('RL12 E8 a message or $head of another epoch', () => {
  const inTwo = [...again, goneOn(5)]
  test.each<Row>([
    ['that the log continues is dropped', [...inTwo, live(6), head(9), live(6, TWO)], ['6']],
    [
      'that a log before it continues is dropped too',
      [...inTwo, away, joining, joined(5, { epoch: THREE, continues: 5 }), live(6), live(6, TWO)],
      [],
    ],
    [
      'that the log continues is dropped while joining',
      [...inTwo, away, joining, live(9), joined(5, { epoch: TWO, continues: 5 }), live(6, TWO)],
      ['6'],
    ],
    [
      'that the log does not continue causes a join, and confirmations do not count until then',
      [...inTwo, live(6, THREE)],
      lost,
    ],
    [
      'that was continued before another log began causes a join',
      [...inTwo, away, joining, joined(1, { epoch: THREE }), live(6)],
      ['gap ? to 1: epoch', ...lost],
    ],
    ['while joining makes confirmations count for nothing until the answer', [...again, live(6, TWO)], ['distrust']],
    [
      'while joining causes another join where the answer neither has it nor continues it',
      [...again, head(6, THREE), goneOn(5)],
      ['distrust', ...lost],
    ],
    [
      'is the one that was followed, while joining: no other join',
      [...again, live(6), goneOn(5, 6, [6])],
      ['6 replayed'],
    ],
    [
      'is forgotten after 16 others, and then only causes a join',
      [...in5, ...changes(17), live(6)],
      [...changes(17).map((_, n) => `continued in epoch-${n}`), ...lost],
    ],
    [
      'is known among the last 16',
      [...in5, ...changes(16), live(6)],
      changes(16).map((_, n) => `continued in epoch-${n}`),
    ],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
})

describe('RL13 E8 a $head with the epoch before', () => {
  const next = (seq: number, kept: number) => head(seq, TWO, { epoch: ONE, head: kept })
  test.each<Row>([
    [
      'that has all that was seen continues the view without a join',
      [...in5, next(5, 5), live(6, TWO)],
      ['continued in epoch-two', '6'],
    ],
    [
      'says that there are new messages',
      [...in5, next(6, 5)],
      ['continued in epoch-two', 'fetch after 5 of epoch-two'],
    ],
    ['makes messages of the old epoch late', [...in5, next(5, 5), live(6)], ['continued in epoch-two']],
    [
      'makes a page of the old epoch useless',
      [...in5, live(7), next(5, 5), page(1, 7, { entries: [6, 7] })],
      ['fetch after 5 of epoch-one', 'continued in epoch-two'],
    ],
    [
      'forgets held messages of the old epoch',
      [...in5, live(7), next(6, 6), live(6, TWO), live(7, TWO)],
      ['fetch after 5 of epoch-one', 'continued in epoch-two', 'fetch after 5 of epoch-two', '6', '7'],
    ],
    ['that has lost a delivered message causes a join', [...in5, next(5, 4)], lost],
    ['that has lost a confirmed message causes a join', [...in5, seen(7), next(6, 6)], lost],
    [
      'that has a confirmed message continues the view',
      [...in5, seen(6), next(6, 6)],
      ['continued in epoch-two', 'fetch after 5 of epoch-two'],
    ],
    ['that is not the epoch of the view causes a join', [...in5, head(5, TWO, { epoch: THREE, head: 5 })], lost],
    ['while joining does not count: the answer tells', [...again, next(5, 5), goneOn(5)], ['distrust']],
    [
      'while joining causes another join where the answer is older',
      [...again, next(5, 5), joined(5)],
      ['distrust', ...lost],
    ],
    ['of the same epoch says nothing', [...in5, head(6, ONE, { epoch: TWO, head: 3 })], ['fetch after 5 of epoch-one']],
  ])('%s', (_name, inputs, outputs) => {
    expect(follow(inputs).outputs).toEqual(outputs)
  })
})

/** The log gets so many other epochs, one after the other, and loses nothing. */
function changes(count: number): LogInput[] {
  return Array.from({ length: count }, (_, n) =>
    head(5, `epoch-${n}`, { epoch: n === 0 ? ONE : `epoch-${n - 1}`, head: 5 }),
  )
}
