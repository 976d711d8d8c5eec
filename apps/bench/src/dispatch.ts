import { startServer } from './bench-server.ts'
import { runInPage } from './chromium.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS, type Contender } from './subject.ts'

/** The main thread's time for each incoming event, from the packet to the last listener (goal G3). */
export async function dispatch(): Promise<Table> {
  const { url } = await startServer('plain')
  const perEvent = async (contender: Contender, listeners: number, events: number) =>
    (await runInPage('dispatch', [url, contender, listeners, events])).busyMs / events
  return rounds(7, CONTENDERS, async (contender) => ({
    'dispatch to 1': await perEvent(contender, 1, 50_000),
    'dispatch to 10 000': await perEvent(contender, 10_000, 10_000),
  }))
}
