import type { BenchServer, ServerKind } from './bench-server.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const MEMBERS = isQuick ? 500 : 5_000
/** These make the server compile its code before the first measurement. */
const WARM_UP = 50
const KINDS: Readonly<Record<string, ServerKind>> = { 'socket.io': 'plain', roomful: 'rooms' }
const HEAP = 'heap and buffers, kB a member'

/** The memory of a server for each of many members of one room. Each figure is of a new process. */
export async function memory(): Promise<Table> {
  const measure = (contender: string): Promise<Measured> => memoryOf(KINDS[contender] as ServerKind)
  return rounds(3, ['socket.io', 'roomful'], measure, { goals: { [HEAP]: '≤ 1.4' }, warmUp: false })
}

async function memoryOf(kind: ServerKind): Promise<Measured> {
  const room = await RawRoom.start(kind, WARM_UP, { isMemoryMeasured: true })
  await room.join('general', () => true)
  const before = await bytesOf(room.server)
  await room.grow(MEMBERS)
  await room.join('general', () => true, WARM_UP)
  const after = await bytesOf(room.server)
  await room.server.kill()
  return {
    [HEAP]: (after.heap - before.heap) / MEMBERS / 1_000,
    'resident memory, kB a member': (after.resident - before.resident) / MEMBERS / 1_000,
  }
}

async function bytesOf(server: BenchServer): Promise<{ heap: number; resident: number }> {
  await server.request('memory') // its garbage includes what only the next collection frees
  const heap = await server.request('memory')
  return { heap, resident: await server.request('rss') }
}
