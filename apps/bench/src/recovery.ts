import { setTimeout as pause } from 'node:timers/promises'
import { type BenchServer, startServer } from './bench-server.ts'
import { createPlainClient, createRoomfulClient, type RoomClient } from './room-client.ts'
import { rounded, rounds, type Table } from './rounds.ts'

const ROUNDS = 7
const WARM_UPS = 5
const CLIENTS = 50
const CONTENDERS = ["socket.io's recovery", 'roomful'] as const

interface Case {
  /** The number of messages that the room has before the outage. */
  readonly before: number
  /** The number of messages in other rooms during the outage. */
  readonly elsewhere: number
  /** The number of messages in the room during the outage. */
  readonly missed: number
}
const NOTHING = 'nothing missed'
const CASES: Readonly<Record<string, Case>> = {
  [NOTHING]: { before: 0, elsewhere: 0, missed: 0 },
  '20 missed, 1,000 before': { before: 1_000, elsewhere: 0, missed: 20 },
  '20 missed, 100,000 before': { before: 100_000, elsewhere: 0, missed: 20 },
  '20 missed, 100,000 elsewhere': { before: 0, elsewhere: 100_000, missed: 20 },
}

/** Disconnected clients. Each reconnects once, so that the logged messages stay the same. */
interface DisconnectedGroup {
  readonly server: BenchServer
  readonly clients: RoomClient[]
  readonly missed: number
}

/**
 * The server's CPU time for a client that reconnects and gets the missed messages, in ms (goal G12). It includes the
 * connection itself; `beyond it` compares only the rest, without the time of Socket.IO where nothing was missed.
 */
export async function recovery(): Promise<Table> {
  const [peer, ours] = CONTENDERS
  const groups = { [peer]: await createGroups('plain'), [ours]: await createGroups('rooms') }
  const table = await rounds(ROUNDS, CONTENDERS, async (contender) => {
    const costs: Record<string, number> = {}
    for (const [name, group] of groups[contender] ?? []) costs[name] = await costOfReturn(group)
    return costs
  })
  const connection = Number(table[NOTHING]?.[peer])
  for (const [name, row] of Object.entries(table))
    if (name !== NOTHING)
      row['beyond it'] = rounded((Number(row[ours]) - connection) / (Number(row[peer]) - connection))
  return table
}

async function createGroups(kind: 'plain' | 'rooms'): Promise<[name: string, DisconnectedGroup][]> {
  const groups: [string, DisconnectedGroup][] = []
  for (const [name, logged] of Object.entries(CASES)) groups.push([name, await createGroup(kind, logged)])
  for (const [, group] of groups) for (let n = 0; n < WARM_UPS; n += 1) await costOfReturn(group)
  return groups
}

async function createGroup(kind: 'plain' | 'rooms', { before, elsewhere, missed }: Case): Promise<DisconnectedGroup> {
  const server = await startServer(kind, { history: before })
  const create = kind === 'plain' ? createPlainClient : createRoomfulClient
  const clients: RoomClient[] = []
  while (clients.length < (WARM_UPS + 1 + ROUNDS) * CLIENTS)
    clients.push(...(await Promise.all(Array.from({ length: CLIENTS }, () => create(server.url)))))
  // Socket.IO recovers a connection only if it has received a message before.
  await Promise.all([receiveAll(clients, 1), server.request({ send: 1 })])
  await disconnectAll(server, clients)
  await server.request({ send: missed })
  await server.request({ send: elsewhere, room: 'elsewhere' })
  return { server, clients, missed }
}

async function costOfReturn({ server, clients: disconnected, missed }: DisconnectedGroup): Promise<number> {
  const clients = disconnected.splice(0, CLIENTS)
  const before = await server.request('cpu')
  await Promise.all([receiveAll(clients, missed), ...clients.map((client) => client.reconnect())])
  const cost = (await server.request('cpu')) - before
  await disconnectAll(server, clients)
  return cost / CLIENTS
}

async function disconnectAll(server: BenchServer, clients: readonly RoomClient[]): Promise<void> {
  for (const client of clients) client.disconnect()
  while ((await server.request('clients')) > 0) await pause(10)
}

function receiveAll(clients: readonly RoomClient[], count: number): Promise<unknown> {
  return Promise.all(clients.map((client) => client.receive(count)))
}
