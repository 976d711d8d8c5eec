import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchServer, type ServerKind, startServer } from './bench-server.ts'
import { isQuick } from './options.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

/** The settings of the process with the clients. */
export interface RestartSettings {
  readonly url: string
  readonly kind: ServerKind
  readonly clients: number
  readonly rooms: number
  readonly roomsEach: number
}
/** A request to that process. It answers with the time that the request took, in ms. */
export type RestartRequest = 'start' | 'disconnect' | 'comeBack'

const CLIENTS = isQuick ? 60 : 1_000
const ROOMS = isQuick ? 10 : 100
const ROOMS_EACH = 5
const PEER = 'socket.io'
const OURS = 'roomful'
const TIME = 'until all are back, ms'

interface Group {
  readonly kind: ServerKind
  readonly clients: ChildProcess
  readonly file: string
  server: BenchServer
}

/** Real clients that come back at once to a new server process. Roomful's get a message that they missed in each room. */
export async function restart(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const groups: Readonly<Record<string, Group>> = {
    [PEER]: await createGroup('plain', folder),
    [OURS]: await createGroup('rooms', folder),
  }
  return rounds(5, [PEER, OURS], async (contender) => await restartOnce(groups[contender] as Group), {
    goals: { [TIME]: '≤ 1.3' },
  })
}

async function createGroup(kind: ServerKind, folder: string): Promise<Group> {
  const file = join(folder, 'rooms.db')
  const server = await startServer(kind, { file })
  const settings: RestartSettings = { url: server.url, kind, clients: CLIENTS, rooms: ROOMS, roomsEach: ROOMS_EACH }
  const clients = fork(new URL('./restart-clients.ts', import.meta.url), [JSON.stringify(settings)])
  await ask(clients, 'start')
  return { kind, clients, file, server }
}

async function restartOnce(group: Group): Promise<Measured> {
  const { kind, clients, file, server } = group
  await server.kill()
  await ask(clients, 'disconnect') // so that none returns before the others
  group.server = await startServer(kind, { file, port: server.port })
  for (let n = 0; n < ROOMS; n += 1) await group.server.request({ send: 1, room: `room ${n}` })
  const before = await group.server.request('cpu')
  const elapsed = await ask(clients, 'comeBack')
  const cpuMs = (await group.server.request('cpu')) - before
  return { [TIME]: elapsed, 'CPU of the server, ms a client': cpuMs / CLIENTS }
}

async function ask(clients: ChildProcess, request: RestartRequest): Promise<number> {
  clients.send(request)
  return ((await once(clients, 'message')) as [number])[0]
}
