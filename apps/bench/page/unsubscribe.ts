import { connectTo, type Contender, type Subject } from '../src/subject.ts'

const LISTENERS = 10_000

/** How long it takes, in ms, until all are gone, by the order in which they go. */
export async function unsubscribe(url: string, contender: Contender): Promise<Record<string, number>> {
  const subject = await connectTo(url, contender)
  const measure = () => ({
    'off 10 000, first first': removing(subject, (undo) => undo),
    'off 10 000, last first': removing(subject, (undo) => undo.toReversed()),
    'off 10 000, any order': removing(subject, shuffled),
  })
  measure() // a page of its own has compiled nothing yet
  const measured = measure()
  subject.close()
  return measured
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
