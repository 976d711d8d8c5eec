import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OPERATION_COUNT, play } from './run.ts'
import type { Options } from './surroundings.ts'

const ordinary: Options = {
  nodes: 1,
  batchItems: 4,
  hasMutex: true,
  hasThreads: false,
  hasHeads: true,
  savesAtOnce: false,
}
const variants: readonly (readonly [string, Partial<Options>])[] = [
  ['one process', {}],
  ['one process without $head, and a storage that is done at once', { hasHeads: false, savesAtOnce: true }],
  ['two processes that lose and reorder messages between them', { nodes: 2 }],
  ['batches of one', { nodes: 2, batchItems: 1 }],
  ['batches of 64', { nodes: 2, batchItems: 64 }],
  ['handlers in threads and without a mutex', { nodes: 2, hasThreads: true, hasMutex: false }],
]

const runs = Number(process.env['MODEL_RUNS'] ?? 21_000)
const seed = Number(process.env['MODEL_SEED'] ?? 42)
/** A mutant only has to fail: shrinking would take long. */
const isHurried = process.env['MUTANT'] !== undefined
const operation = fc.tuple(fc.nat(OPERATION_COUNT - 1), fc.nat(255), fc.nat(255))

/** The shipped outbox, log and sender rows under random faults. `MODEL_RUNS` and `MODEL_SEED` choose other runs. */
describe('P1 P2 P3 P4 P5 P6 model: each message exactly once, in order, and no loss without a report', () => {
  test.each(variants)(
    '%s',
    (_name, variant) => {
      const options = { ...ordinary, ...variant }
      const property = fc.property(fc.array(operation, { minLength: 1, maxLength: 160, size: 'max' }), (operations) => {
        const [violation] = play(operations, options)
        if (violation !== undefined) throw new Error(violation)
      })
      const result = fc.check(property, { numRuns: Math.ceil(runs / variants.length), seed, endOnFailure: isHurried })
      expect(result.failed ? fc.defaultReportMessage(result) : 'it held').toBe('it held')
    },
    300_000,
  )
})
