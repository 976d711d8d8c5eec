import { expect, test } from 'vitest'
import { runCore } from '../src/run-core.ts'

/** Each input is the outputs of its step. */
const runner = (perform: (output: number) => void, onPerformed?: () => void) =>
  runCore((input: readonly number[]) => input, perform, onPerformed)

test('outputs are performed in order; those of an input that comes meanwhile follow', () => {
  const performed: (number | 'end')[] = []
  const run = runner(
    (output) => {
      performed.push(output)
      if (output === 1) run([3, 4])
    },
    () => performed.push('end'),
  )
  run([1, 2])
  run([])
  expect(performed).toEqual([1, 2, 3, 4, 'end', 'end'])
})

test('200,000 outputs of one step, and of as many steps, are performed at once', () => {
  const many = Array.from({ length: 200_000 }, (_, n) => n)
  let performed = 0
  const run = runner(() => {
    performed += 1
    if (performed <= many.length) run([1])
  })
  run(many)
  expect(performed).toBe(2 * many.length)
})

test('an output that throws is left out; the next input goes on with the rest', () => {
  const performed: number[] = []
  const run = runner((output) => {
    if (output === 1) throw new Error('oops')
    performed.push(output)
  })
  expect(() => run([0, 1, 2])).toThrow('oops')
  run([3])
  expect(performed).toEqual([0, 2, 3])
})
