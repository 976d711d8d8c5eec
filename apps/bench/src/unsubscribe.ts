import { startServer } from './bench-server.ts'
import { runInPage } from './chromium.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS } from './subject.ts'

/** The time to remove listeners, as unmounting components do (goal G4). */
export async function unsubscribe(): Promise<Table> {
  const { url } = await startServer('plain')
  return rounds(7, CONTENDERS, async (contender) => (await runInPage('unsubscribe', [url, contender])).result)
}
