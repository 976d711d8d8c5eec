import { type Cost, measureCosts } from './scale-costs.ts'
import { rounded, type Table } from './rounds.ts'

/** The deployment that is calculated. Change it to calculate another one. */
const NODES = 100
const CONNECTIONS = 1_000_000
const ROOMS = 100_000
/** In all rooms. */
const MESSAGES_A_SECOND = 10_000
/** How long a connection lasts. */
const CONNECTION_S = 1_800
const CHECK_S = 10
/** A room keeps so many entries; each member has sent some. */
const ENTRIES = 1_000
/** The time in which the clients of a node that closes come back: 15 ms each. */
const RETURN_S = (CONNECTIONS / NODES) * 0.015

/** What Redis carries for a large deployment: what one operation costs is measured, how many there are is calculated. */
export async function scale(): Promise<Table> {
  const costs = await measureCosts()
  const of = (name: string): Cost => costs[name] as Cost
  const members = CONNECTIONS / ROOMS
  /** The nodes on which a room has members, where connections are spread at random. */
  const nodesOfRoom = NODES * (1 - (1 - 1 / NODES) ** members)
  const pairs = ROOMS * nodesOfRoom
  const others = nodesOfRoom - 1
  const churn = CONNECTIONS / CONNECTION_S
  const table: Table = {}
  for (const [name, { us, bytesIn, bytesOut, memory }] of Object.entries(costs))
    table[`measured: ${name}`] = {
      µs: rounded(us),
      'bytes in': rounded(bytesIn),
      'bytes out': rounded(bytesOut),
      memory: rounded(memory),
    }

  let [cores, megabytes] = [0, 0]
  const load = (
    name: string,
    perSecond: number,
    ...parts: readonly (readonly [cost: string, times: number])[]
  ): void => {
    const sum = (key: keyof Cost): number => parts.reduce((total, [cost, times]) => total + of(cost)[key] * times, 0)
    const ofCores = (sum('us') * perSecond) / 1e6
    const sent = ((sum('bytesIn') + sum('bytesOut')) * perSecond) / 1e6
    table[`a second: ${name}`] = {
      times: rounded(perSecond),
      µs: rounded(sum('us')),
      cores: rounded(ofCores),
      'MB/s': rounded(sent),
    }
    cores += ofCores
    megabytes += sent
  }
  load('messages', MESSAGES_A_SECOND, ['a message, no other node', 1], ['a message to one more node', others])
  load('checks of a room by a node', pairs / CHECK_S, ['a check of a room', 1])
  load('joins', churn, ['a join, the first of the node', 1], ['a message to one more node', others])
  load('leaves', churn, ['a leave, the last of the node', 1], ['a message to one more node', others])
  load('heartbeats and pings of a node', NODES, ['a second of a node', 1])
  table['a second: all of these'] = { cores: rounded(cores), 'MB/s': rounded(megabytes) }
  const join = of('a join, the first of the node').us + others * of('a message to one more node').us
  const returning = CONNECTIONS / NODES / RETURN_S
  load(
    `besides, while a node closes, for ${RETURN_S} s: joins`,
    returning,
    ['a join, the first of the node', 1],
    ['a message to one more node', others],
  )
  table['once: all clients join again'] = {
    times: CONNECTIONS,
    µs: rounded(join),
    'core-seconds': rounded((join * CONNECTIONS) / 1e6),
  }

  const gigabytes = (bytes: number): number => rounded(bytes / 1e9)
  const entries = (count: number): number => ROOMS * count * of('an entry').memory
  const rows = CONNECTIONS * Math.max(0, of('a row of a sender, with an entry').memory - of('an entry').memory)
  const subscriptions = pairs * of('a subscription, another one').memory
  const parts = {
    [`${ENTRIES} entries a room`]: entries(ENTRIES),
    'a row for each member': rows,
    members: CONNECTIONS * of('a member').memory,
    subscriptions,
    'records of rooms': ROOMS * of('the first message of a room').memory,
  }
  for (const [name, bytes] of Object.entries(parts)) table[`memory: ${name}`] = { GB: gigabytes(bytes) }
  table['memory: all of these'] = { GB: gigabytes(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)) }
  return table
}
