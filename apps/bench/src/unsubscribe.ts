import { startServer } from './bench-server.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS, connectTo, type Subject } from './subject.ts'

const LISTENERS = 10_000

/** Listeners that go, as components that unmount (goal G4). */
export async function unsubscribe(): Promise<Table> {
  const { url } = await startServer('plain')
  return rounds(7, CONTENDERS, async (contender) => {
    const subject = await connectTo(url, contender)
    const measured = {
      'off 10 000, first first': removing(subject, (undo) => undo),
      'off 10 000, last first': removing(subject, (undo) => undo.toReversed()),
      'off 10 000, any order': removing(subject, (undo) => undo.toSorted(() => Math.random() - 0.5)),
    }
    subject.close()
    return measured
  })
}

function removing(subject: Subject, inOrder: (undo: (() => void)[]) => (() => void)[]): number {
  const undo = inOrder(Array.from({ length: LISTENERS }, () => subject.on('chat', () => {})))
  const started = performance.now()
  for (const off of undo) off()
  return performance.now() - started
}
