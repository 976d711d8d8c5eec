import { median } from '../src/rounds.ts'
import { connectTo, type Contender, type Subject } from '../src/subject.ts'

const LISTENERS = 10_000
/** A page's clock has a tenth of a millisecond, and we take a few of those. */
const TIMES = 9

/**
 * How long it takes, in ms, until all are gone, by the order in which they go: the median, for a page that has compiled
 * nothing yet is another matter.
 */
export async function unsubscribe(url: string, contender: Contender): Promise<Record<string, number>> {
  const subject = await connectTo(url, contender)
  const measured = {
    'off 10 000, first first': medianOf(() => removing(subject, (undo) => undo)),
    'off 10 000, last first': medianOf(() => removing(subject, (undo) => undo.toReversed())),
    'off 10 000, any order': medianOf(() => removing(subject, shuffled)),
  }
  subject.close()
  return measured
}

function medianOf(measure: () => number): number {
  return median(Array.from({ length: TIMES }, measure))
}

function shuffled<T>(items: readonly T[]): T[] {
  const keys = new Map(items.map((item) => [item, Math.random()]))
  return items.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
}

function removing(subject: Subject, inOrder: (undo: (() => void)[]) => (() => void)[]): number {
  const undo = inOrder(Array.from({ length: LISTENERS }, () => subject.on('chat', () => {})))
  ;(globalThis as { gc?: () => void }).gc?.() // what was left before shall not be collected meanwhile
  const started = performance.now()
  for (const off of undo) off()
  return performance.now() - started
}
