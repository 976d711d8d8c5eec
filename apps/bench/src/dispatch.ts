import { performance } from 'node:perf_hooks'
import { startServer } from './bench-server.ts'
import { rounds, type Table } from './rounds.ts'
import { CONTENDERS, connectTo, type Contender } from './subject.ts'

/** Events that arrive while many listen (goal G3): the thread's busy time for each event, packet to last listener. */
export async function dispatch(): Promise<Table> {
  const { url } = await startServer('plain')
  return rounds(7, CONTENDERS, async (contender) => ({
    'dispatch to 1': await busyPerEvent(url, contender, 1, 5_000),
    'dispatch to 10 000': await busyPerEvent(url, contender, 10_000, 200),
  }))
}

async function busyPerEvent(url: string, contender: Contender, listeners: number, events: number): Promise<number> {
  const subject = await connectTo(url, contender)
  let heard = 0
  for (let n = 0; n < listeners; n += 1) subject.on('chat', () => (heard += 1))
  const before = performance.eventLoopUtilization()
  await subject.ask('storm', events)
  const { active } = performance.eventLoopUtilization(before)
  subject.close()
  if (heard !== listeners * events) throw new Error(`${contender} heard ${heard} of ${listeners * events}`)
  return active / events
}
