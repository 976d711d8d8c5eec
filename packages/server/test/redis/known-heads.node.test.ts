import { expect, test } from 'vitest'
import { KnownHeads } from '../../src/redis/log/known-heads.ts'

test('S10 a head that comes late does not lower what the node has seen of the epoch', () => {
  const known = new KnownHeads()
  known.use('general')
  known.note('general', { epoch: 'first', head: 5, count: 0 })
  known.note('general', { epoch: 'first', head: 3, count: 0 })
  expect(known.argumentsOf('general')).toEqual(['first', 5])
  known.note('general', { epoch: 'second', head: 2, count: 0 })
  expect(known.argumentsOf('general')).toEqual(['second', 2])
})

test('S10 what was seen of a room is kept until its last user has left it, and nothing of other rooms', () => {
  const known = new KnownHeads()
  known.note('general', { epoch: 'first', head: 5, count: 0 })
  expect(known.argumentsOf('general')).toEqual(['', 0])
  known.use('general')
  known.use('general')
  known.note('general', { epoch: 'first', head: 5, count: 0 })
  known.release('general')
  expect(known.argumentsOf('general')).toEqual(['first', 5])
  known.release('general')
  expect(known.argumentsOf('general')).toEqual(['', 0])
})
