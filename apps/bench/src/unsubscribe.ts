import { startServer } from './bench-server.ts'
import { visit } from './chromium.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS } from './subject.ts'

/** Listeners that go, as components that unmount (goal G4). */
export async function unsubscribe(): Promise<Table> {
  const { url } = await startServer('plain')
  return rounds(7, CONTENDERS, async (contender) => (await visit('unsubscribe', [url, contender])).result)
}
