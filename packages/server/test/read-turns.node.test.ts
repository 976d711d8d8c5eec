import { expect, test } from 'vitest'
import { ReadTurns } from '../src/rooms/delivery/read-turns.ts'

test('S12 at most 16 reads of entries that did not come run at a time, in the order of their calls, also after failures', async () => {
  const turns = new ReadTurns()
  const begun: number[] = []
  let running = 0
  let most = 0
  const reads = Array.from({ length: 100 }, (_, index) =>
    turns.run(async () => {
      begun.push(index)
      most = Math.max(most, (running += 1))
      await new Promise(setImmediate)
      running -= 1
      if (index % 3 === 0) throw new Error('the log is away')
      return index
    }),
  )
  const results = await Promise.allSettled(reads)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(34)
  expect(begun).toEqual(Array.from({ length: 100 }, (_, index) => index))
  expect(most).toBe(16)
  expect(await turns.run(async () => 'again')).toBe('again')
})
