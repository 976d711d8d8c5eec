import { median } from '../src/median.ts'
import { connectTo, type Contender, type Subject } from '../src/subject.ts'

const LISTENERS = 10_000
/** Several measurements, because a page's clock has a resolution of only 0.1 ms. */
const MEASUREMENTS = 9

/**
 * The time to remove all listeners, in ms, by the order of removal. The median, because the first runs also compile the code.
 */
export async function unsubscribe(url: string, contender: Contender): Promise<Record<string, number>> {
  const subject = await connectTo(url, contender)
  const measured = {
    'off 10 000, first first': medianOf(() => timeToRemove(subject, (undo) => undo)),
    'off 10 000, last first': medianOf(() => timeToRemove(subject, (undo) => undo.toReversed())),
    'off 10 000, any order': medianOf(() => timeToRemove(subject, shuffled)),
  }
  subject.close()
  return measured
}

function medianOf(measure: () => number): number {
  return median(Array.from({ length: MEASUREMENTS }, measure))
}

function shuffled<T>(items: readonly T[]): T[] {
  const keys = new Map(items.map((item) => [item, Math.random()]))
  return items.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
}

function timeToRemove(subject: Subject, inOrder: (undo: (() => void)[]) => (() => void)[]): number {
  const undo = inOrder(Array.from({ length: LISTENERS }, () => subject.on('chat', () => {})))
  ;(globalThis as { gc?: () => void }).gc?.() // so that no garbage is collected during the measurement
  const started = performance.now()
  for (const off of undo) off()
  return performance.now() - started
}
