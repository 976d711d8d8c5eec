import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { OPERATION_COUNT, play } from './run.ts'
import type { Options } from './surroundings.ts'

vi.hoisted(() => vi.useFakeTimers({ toFake: ['setTimeout'] })) // before delivery is loaded

const ordinary: Options = {
  nodes: 1,
  batchItems: 4,
  hasMutex: true,
  hasThreads: false,
  hasHeads: true,
  savesAtOnce: false,
  durability: undefined,
}
const variants: readonly (readonly [string, Partial<Options>])[] = [
  ['one process', {}],
  ['one process without $head, and a storage that is done at once', { hasHeads: false, savesAtOnce: true }],
  ['one process, and a log that may go back', { durability: 'async' }],
  ['two processes that lose, repeat and reorder messages between them', { nodes: 2, durability: 'async' }],
  ['a replica that confirms', { nodes: 2, durability: 'replica' }],
  ['batches of one', { nodes: 2, batchItems: 1, durability: 'async' }],
  ['batches of 64', { nodes: 2, batchItems: 64, durability: 'async' }],
  ['handlers in threads and without a mutex', { nodes: 2, hasThreads: true, hasMutex: false, durability: 'async' }],
]

const runs = Number(process.env['MODEL_RUNS'] ?? 16_000)
const seed = Number(process.env['MODEL_SEED'] ?? 42)
/** A mutant only has to fail: shrinking would take long. */
const isHurried = process.env['MUTANT'] !== undefined
const operation = fc.tuple(fc.nat(OPERATION_COUNT - 1), fc.nat(255), fc.nat(255))

/** The shipped outbox, log and sender rows under random faults. `MODEL_RUNS` and `MODEL_SEED` choose other runs. */
describe('P1 P2 P3 P4 P5 P6 model: each message exactly once, in order, and no loss without a report', () => {
  test.each(variants)(
    '%s',
    async (_name, variant) => {
      const options = { ...ordinary, ...variant }
      const property = fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 160, size: 'max' }),
        async (operations) => {
          const [violation] = await play(operations, options)
          if (violation !== undefined) throw new Error(violation)
        },
      )
      const result = await fc.check(property, {
        numRuns: Math.ceil(runs / variants.length),
        seed,
        endOnFailure: isHurried,
      })
      expect(result.failed ? `${String(result.errorInstance)}\n${fc.defaultReportMessage(result)}` : 'it held').toBe(
        'it held',
      )
    },
    300_000,
  )
})
