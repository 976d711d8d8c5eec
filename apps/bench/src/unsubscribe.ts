import { serverUrl } from './bench-server.ts'
import { type Contender, type Measured } from './rounds.ts'
import { connectTo } from './subject.ts'

const LISTENERS = 10_000

/** Listeners that go, as components that unmount (goal G4). */
export async function unsubscribe(contender: Contender): Promise<Measured> {
  return {
    'off 10 000, first first': await removing(contender, (undo) => undo),
    'off 10 000, last first': await removing(contender, (undo) => undo.reverse()),
    'off 10 000, any order': await removing(contender, (undo) => undo.toSorted(() => Math.random() - 0.5)),
  }
}

async function removing(contender: Contender, inOrder: (undo: (() => void)[]) => (() => void)[]): Promise<number> {
  const subject = await connectTo(await serverUrl(), contender)
  const undo = inOrder(Array.from({ length: LISTENERS }, () => subject.on('chat', () => {})))
  const started = performance.now()
  for (const off of undo) off()
  const took = performance.now() - started
  subject.close()
  return took
}
