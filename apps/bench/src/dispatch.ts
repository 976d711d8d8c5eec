import { startServer } from './bench-server.ts'
import { visit } from './chromium.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS, type Contender } from './subject.ts'

/** Events that arrive while many listen (goal G3): the main thread's time for each event, packet to last listener. */
export async function dispatch(): Promise<Table> {
  const { url } = await startServer('plain')
  const perEvent = async (contender: Contender, listeners: number, events: number) =>
    (await visit('dispatch', [url, contender, listeners, events])).busyMs / events
  return rounds(7, CONTENDERS, async (contender) => ({
    'dispatch to 1': await perEvent(contender, 1, 50_000),
    'dispatch to 10 000': await perEvent(contender, 10_000, 10_000),
  }))
}
