import { startServer } from './bench-server.ts'
import { pin, unpin } from './pin.ts'
import { rounds, type Table } from './rounds.ts'
import { connectTo, CONTENDERS, type Subject } from './subject.ts'

const ACKS = 500
/** Before the first round, so that all code is compiled. */
const WARM_UP = 5_000
const ROW = 'round trip, µs'

/** The time of one `emitWithAck` after the other. Both processes run on one core, so that none waits for another core to wake. */
export async function acks(): Promise<Table> {
  const server = await startServer('plain')
  pin(server.pid, 0)
  pin(process.pid, 0)
  const [peer, ours] = CONTENDERS
  const subjects = { [peer]: await connectTo(server.url, peer), [ours]: await connectTo(server.url, ours) }
  for (const subject of Object.values(subjects)) await emitAll(subject, WARM_UP)
  const table = await rounds(
    41,
    CONTENDERS,
    async (contender) => {
      const cpuBefore = process.cpuUsage()
      const started = performance.now()
      await emitAll(subjects[contender] as Subject, ACKS)
      const elapsed = performance.now() - started
      const { user, system } = process.cpuUsage(cpuBefore)
      return { [ROW]: (elapsed / ACKS) * 1_000, 'CPU of the client, µs': (user + system) / ACKS }
    },
    { goals: { [ROW]: '≤ 1.03' } },
  )
  unpin(process.pid)
  for (const subject of Object.values(subjects)) subject.close()
  return table
}

async function emitAll(subject: Subject, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await subject.emitWithAck('echo', { n, text: 'hello' })
}
