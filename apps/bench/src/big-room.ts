import { setTimeout as pause } from 'node:timers/promises'
import type { ServerKind } from './bench-server.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const MEMBERS = isQuick ? 1_000 : 10_000
const MESSAGES = 20
const IN_FLIGHT = 2
const ROOM = 'general'
const KINDS: Readonly<Record<string, ServerKind>> = { 'socket.io': 'plain', roomful: 'rooms' }

/** A room of 10,000 members: all join, talk and leave. Times and CPU of the server, which is a new process. */
export async function bigRoom(): Promise<Table> {
  return rounds(1, ['socket.io', 'roomful'], (contender) => measure(KINDS[contender] as ServerKind), { warmUp: false })
}

async function measure(kind: ServerKind): Promise<Measured> {
  const room = await RawRoom.start(kind, 0)
  const { server, members } = room
  const cpuOf = async (run: () => Promise<unknown>): Promise<{ cpu: number; seconds: number }> => {
    const [before, startedAt] = [await server.request('cpu'), performance.now()]
    await run()
    return { seconds: (performance.now() - startedAt) / 1_000, cpu: (await server.request('cpu')) - before }
  }
  const joined = await cpuOf(async () => {
    await room.grow(MEMBERS)
    await room.join(ROOM, () => true)
  })
  const { latencies, incomplete, misordered } = await room.send(ROOM, MESSAGES, IN_FLIGHT)
  if (incomplete + misordered > 0)
    throw new Error(`${incomplete} members missed a message or had one twice, ${misordered} had another order`)
  const left = await cpuOf(async () => {
    for (const member of members) member.close()
    while ((await server.request('clients')) > 0) await pause(20)
  })
  await server.kill()
  return {
    'all connect and join, s': joined.seconds,
    'CPU of one that connects and joins, ms': joined.cpu / MEMBERS,
    'from a message to a member, ms': Float64Array.from(latencies).toSorted()[latencies.length >> 1] ?? Number.NaN,
    'all leave, s': left.seconds,
    'CPU of one that leaves, ms': left.cpu / MEMBERS,
  }
}
