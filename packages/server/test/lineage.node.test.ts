import { expect, test } from 'vitest'
import { continuedFrom, nextEpochs } from '../src/log/lineage.ts'

const log = {
  epoch: 'now',
  head: 20,
  lineage: [
    { epoch: 'third', head: 12 },
    { epoch: 'second', head: 15 },
    { epoch: 'first', head: 10 },
  ],
}

test.each([
  ['the current epoch: from where the client is', 'now', 20, 20],
  ['the current epoch, which has gone back: not at all', 'now', 21, undefined],
  ['an earlier epoch, of which nothing is lost', 'first', 7, 7],
  ['an earlier epoch, beyond its head', 'first', 11, 10],
  ['an earlier epoch of which a later epoch lost entries', 'second', 15, 12],
  ['the epoch before', 'third', 13, 12],
  ['an unknown epoch: not at all', 'other', 5, undefined],
  ['an unknown epoch before its first entry: nothing can be lost', 'other', 0, 0],
])('S13 a log continues %s', (_what, epoch, seq, continues) => {
  expect(continuedFrom({ epoch, seq }, log)).toBe(continues)
})

test('S10 a new epoch that lost entries lowers the heads of earlier ones', () => {
  const first = nextEpochs({ epoch: 'a', lineage: [] }, 10, 'b')
  const second = nextEpochs(first, 15, 'c')
  expect(second.lineage).toEqual([
    { epoch: 'b', head: 15 },
    { epoch: 'a', head: 10 },
  ])
  expect(nextEpochs(second, 8, 'd')).toEqual({
    epoch: 'd',
    lineage: [
      { epoch: 'c', head: 8 },
      { epoch: 'b', head: 8 },
      { epoch: 'a', head: 8 },
    ],
  })
})
