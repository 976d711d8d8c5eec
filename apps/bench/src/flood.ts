import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from './bench-server.ts'
import { pin, unpin } from './pin.ts'
import { createRoomfulClient } from './room-client.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const MESSAGES = 300
const PAUSE_MS = 20
/** The flood has begun before the first message is measured. */
const WARM_UP_MS = 3_000

/** How long a message of one user takes to another one, while a third one sends nothing, or all it can. */
export async function flood(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const server = await startServer('rooms', { file: join(folder, 'rooms.db'), rates: true })
  pin(server.pid, 0)
  pin(process.pid, 0)
  const [ann, bob] = [await createRoomfulClient(server.url, 'quiet'), await createRoomfulClient(server.url, 'quiet')]
  const table = await rounds(5, ['quiet', 'flooded'], async (contender): Promise<Measured> => {
    const attacker = contender === 'flooded' ? await startAttacker(server.url) : undefined
    await sleep(WARM_UP_MS)
    const started = performance.now()
    const times: number[] = []
    for (let n = 0; n < MESSAGES; n += 1) {
      const at = performance.now()
      const received = bob.receive(1).then(() => times.push(performance.now() - at))
      await Promise.all([ann.send(`message ${n}`), received])
      await sleep(PAUSE_MS)
    }
    const seconds = (performance.now() - started + WARM_UP_MS) / 1_000
    const stored = attacker && (await stop(attacker))
    const sorted = times.toSorted((a, b) => a - b)
    return {
      'p50, ms': sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
      'p99, ms': sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      'messages of the flood, a second': (stored ?? 0) / seconds,
    }
  })
  unpin(process.pid)
  return table
}

async function startAttacker(url: string): Promise<ChildProcess> {
  const child = fork(new URL('./flood-attacker.ts', import.meta.url), [url])
  if (child.pid !== undefined) pin(child.pid, 1)
  await once(child, 'spawn')
  return child
}

async function stop(attacker: ChildProcess): Promise<number> {
  attacker.send('stop')
  const [stored] = (await once(attacker, 'message')) as [number]
  attacker.disconnect()
  await once(attacker, 'exit')
  return stored
}
